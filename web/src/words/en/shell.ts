// words/en/shell.ts - in English: the frame, the first page, and what stands on every page.
import type { shell as keys } from "../fr/shell";

export const shell: Record<keyof typeof keys, string> = {
  "unit.day": "d",
  "unit.hour": "h",
  "unit.minute": "min",
  "unit.second": "s",

  "interval": "{low} to {high}, at 95 %",

  "place.all": "Go to",
  "place.home": "Today",
  "place.journeys": "Journeys",
  "place.frictions": "Frictions",
  "place.customers": "Customers",
  "place.costs": "Costs",
  "place.data": "Data",
  "place.none": "There is nothing at this address",

  "theme.system": "System theme",
  "theme.light": "Light theme",
  "theme.dark": "Dark theme",

  "action.skip": "Go to the content",
  "action.close": "Close",
  "action.print": "Print, or as PDF",

  "door.title": "Sign in",
  "door.name": "Name",
  "door.password": "Password",
  "door.code": "One-time code",
  "door.enter": "Sign in",
  "door.leave": "Sign out ({name})",

  "palette.open": "Search, go to",
  "palette.hint": "Phone, e-mail, customer no., page…",
  "palette.page": "page",
  "palette.analysis": "analysis",
  "palette.action": "setting",
  "palette.customer": "customer",
  "palette.none": "Nothing by that name.",

  "state.waiting": "Computing",
  "state.empty": "Nothing",
  "state.failed": "The answer did not come",
  "state.unreachable": "The server does not answer",
  "state.again": "Try again",

  "save.picture": "save the picture",

  "table.shown": "{shown} of {n}",
  "table.so_far": "{n} {n|row|rows} loaded; more come as you scroll.",
  "table.rows": "{n} {n|row|rows}",
  "table.more": "Show more",

  "column.passage": "Passage",
  "column.count": "Passages",
  "column.share": "Share",
  "column.share_then": "Share before",
  "column.customers": "Customers",
  "column.customer": "Customer",
  "column.median": "Median time",
  "column.p90": "9 in 10 within",
  "column.begins": "Begins",
  "column.takes": "Takes",
  "column.way": "Way",
  "column.since": "Since",
  "column.last": "Last event",
  "column.events": "Events",
  "column.time": "Time",
  "column.channel": "Channel",

  "home.lead": "up to {time}, compared with the {n} {day} before at the same hour",
  "home.usual": "usually {low} to {high}",
  "home.more": "{share} more than usual",
  "home.less": "{share} less than usual",
  "home.same": "as usual",
  "home.contacts": "Contacts",
  "home.cost": "Cost of contacts",
  "home.solved": "Calls solved",
  "home.lost": "Calls given up",
  "home.nps": "Recommendation (NPS), 30 days",
  "home.nps_note": "{n} {n|answer|answers}; {then} in the 90 days before",
  "home.channels": "Contacts by channel",
  "home.today": "Today",
  "home.usual_name": "Usually",
  "home.weeks": "Same days of past weeks",
  "home.against": "Difference",
  "home.frictions": "What costs most",
  "home.frictions_more": "All frictions and their causes",
  "home.empty": "There are no events yet",
  "home.empty_more": "Drop files on the page Data, or connect a source.",

  "setup.title": "First user",
  "setup.lead": "An administrator, who can create others.",
  "setup.password": "Password (at least {n} characters)",
  "setup.make": "Create and sign in",

  "place.refused": "This page is not open to your role",
  "place.refused_more": "An administrator can grant the right.",

  "state.absent": "This program cannot answer this question yet",

  "unit.points": "points",

  "place.gallery": "Gallery",
  "place.editor": "Draw a journey",

  "keep.title": "Keep this view",
  "keep.name": "Under the name",
  "keep.do": "Keep",
  "keep.done": "“{name}” is kept.",

  "views.title": "Kept views",
  "views.none": "No kept views",
  "views.none_more": "On an analysis, “Keep this view” puts it here with its filters.",
  "views.by": "{who}, {time}",
  "views.comments": "{n} {n|comment|comments}",
  "views.remove": "Remove",
  "views.say": "Say something about this view",
  "views.do_say": "Say",

  "news.events": "{n} new {n|event|events}.",
  "news.renew": "Refresh",
  "news.damaged": "{n} damaged {n|record|records} in the journal",

  "column.made": "Created",
};
