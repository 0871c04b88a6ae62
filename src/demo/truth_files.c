/* demo/truth_files.c - see truth_files.h */
#include "demo/truth_files.h"

#include "base/json.h"
#include "demo/writers_internal.h"

#include <stdlib.h>

enum truth_sheet {
	TRUTH_PEOPLE,
	TRUTH_IDENTIFIERS,
	TRUTH_CONTACTS,
	TRUTH_FRICTIONS,
	TRUTH_OUTAGES,
	TRUTH_OPINIONS,
	TRUTH_LEAVERS,
	TRUTH_CREDITS,
	TRUTH_COMPLAINTS,
	TRUTH_SHEETS
};

#define FORM(name, columns) \
	{ \
		.stem = (name), .ending = ".csv", .period = SHEET_ONCE, .encoding = SHEET_UTF8, \
		.delimiter = ',', .header = (columns) \
	}
static const struct sheet_form forms[TRUTH_SHEETS] = {
	[TRUTH_PEOPLE] = FORM("people",
		"customer,household,account_holder,place,members,birth_year,age,sex,language,"
		"first_name,family_name,departement,moves,fixed,mobile"),
	[TRUTH_IDENTIFIERS] = FORM("identifiers", "customer,type,value,shared"),
	[TRUTH_CONTACTS] = FORM("contacts",
		"interaction,need,customer,time,channel,reason,cause,outcome,tries,friction,"
		"transferred,cost_cents"),
	[TRUTH_FRICTIONS] = FORM("frictions", "friction,customer,time,interaction,planted,met"),
	[TRUTH_OUTAGES] = FORM("outages", "outage,customer,time,sms,reacted"),
	[TRUTH_OPINIONS] = FORM("satisfaction",
		"need,customer,time,relational,reason,tries,channels,resolved,called_back,"
		"satisfied_segment,age,nps,csat,ces,stays,answered"),
	[TRUTH_LEAVERS] = FORM("leaving", "customer,time,after,satisfied_segment,age"),
	[TRUTH_CREDITS] =
		FORM("credits", "need,customer,time,case,bill,reason,cause,friction,cents"),
	[TRUTH_COMPLAINTS] = FORM(
		"complaints", "interaction,customer,time,case,rung,solved,late,friction,cents"),
};

struct friction_sum {
	uint64_t passages, planted, met, met_planted, contacts;
	int64_t cost_cents;
};

struct truth_files {
	struct witness base;
	struct disk *disk;
	char folder[PATH_BYTES_MAX];
	const struct company_plan *plan;
	struct people people;
	struct clock_face face;
	struct sheet sheets[TRUTH_SHEETS];
	struct friction_sum frictions[FRICTIONS + 1];
};

static void put_time(struct truth_files *f, struct sheet *s, int64_t time_ms)
{
	put_utc(open_field(s), &f->face, time_ms);
	close_field(s);
}

static err sheet_failed(const struct sheet *s, struct why *why)
{
	if (s->error != OK && why != NULL)
		*why = s->why;
	return s->error;
}

static void put_contact(struct truth_files *f, struct sheet *s, const struct truth *t)
{
	struct friction_sum *sum = &f->frictions[t->friction];

	put_field_int(s, (int64_t)t->interaction);
	put_field_int(s, t->need);
	put_field_int(s, t->customer);
	put_time(f, s, t->time_ms);
	put_field(s, channel_name((enum channel)t->channel));
	put_field(s, reason_name((enum reason)t->reason));
	put_field(s, cause_name((enum cause)t->cause));
	put_field(s, outcome_name((enum outcome)t->outcome));
	put_field_int(s, t->tries);
	put_field_int(s, t->friction);
	put_field_int(s, t->transferred);
	put_field_int(s, t->cost_cents);
	sum->contacts++;
	sum->cost_cents += t->cost_cents;
}

static void put_friction(struct truth_files *f, struct sheet *s, const struct truth *t)
{
	struct friction_sum *sum = &f->frictions[t->friction];

	put_field_int(s, t->friction);
	put_field_int(s, t->customer);
	put_time(f, s, t->time_ms);
	put_field_int(s, (int64_t)t->interaction);
	put_field_int(s, t->exposed);
	put_field_int(s, t->hit);
	sum->passages++;
	sum->planted += t->exposed;
	sum->met += t->hit;
	sum->met_planted += t->exposed && t->hit;
}

static void put_outage(struct truth_files *f, struct sheet *s, const struct truth *t)
{
	put_field_int(s, t->outage);
	put_field_int(s, t->customer);
	put_time(f, s, t->time_ms);
	put_field_int(s, t->exposed);
	put_field_int(s, t->hit);
}

static void put_score(struct sheet *s, int score)
{
	if (score < 0)
		put_field_c(s, "");
	else
		put_field_int(s, score);
}

static void put_satisfaction(struct truth_files *f, struct sheet *s, const struct truth *t)
{
	put_field_int(s, t->need);
	put_field_int(s, t->customer);
	put_time(f, s, t->time_ms);
	put_field_int(s, t->relational);
	put_field(s, reason_name((enum reason)t->reason));
	put_field_int(s, t->tries);
	put_field_int(s, t->channel); /* of an opinion: how many */
	put_field_int(s, t->outcome == OUTCOME_RESOLVED);
	put_field_int(s, t->delighted);
	put_field_int(s, t->satisfied);
	put_field_int(s, t->age);
	put_field_int(s, t->nps);
	put_score(s, t->relational ? NO_SCORE : t->csat);
	put_score(s, t->relational ? NO_SCORE : t->ces);
	put_field_int(s, t->stays);
	put_field_int(s, t->answered);
}

static void put_leaving(struct truth_files *f, struct sheet *s, const struct truth *t)
{
	put_field_int(s, t->customer);
	put_time(f, s, t->time_ms);
	put_field_int(s, t->outcome);
	put_field_int(s, t->satisfied);
	put_field_int(s, t->age);
}

static void put_credit(struct truth_files *f, struct sheet *s, const struct truth *t)
{
	if (t->need > 0)
		put_field_int(s, t->need);
	else
		put_field_c(s, "");
	put_field_int(s, t->customer);
	put_time(f, s, t->time_ms);
	put_field_int(s, t->case_number);
	put_field_int(s, t->bill_number);
	put_field(s, reason_name((enum reason)t->reason));
	put_field(s, cause_name((enum cause)t->cause));
	put_field_int(s, t->friction);
	put_field_int(s, t->cost_cents);
}

static void put_complaint(struct truth_files *f, struct sheet *s, const struct truth *t)
{
	put_field_int(s, (int64_t)t->interaction);
	put_field_int(s, t->customer);
	put_time(f, s, t->time_ms);
	put_field_int(s, t->case_number);
	put_field_int(s, t->rung);
	put_field_int(s, t->hit);
	put_field_int(s, t->late);
	put_field_int(s, t->friction);
	put_field_int(s, t->cost_cents);
}

static err tell(struct witness *witness, const struct truth *t, struct why *why)
{
	static const struct {
		enum truth_sheet sheet;
		void (*put)(struct truth_files *f, struct sheet *s, const struct truth *t);
	} kinds[] = {
		[TRUTH_CONTACT] = { TRUTH_CONTACTS, put_contact },
		[TRUTH_FRICTION] = { TRUTH_FRICTIONS, put_friction },
		[TRUTH_OUTAGE] = { TRUTH_OUTAGES, put_outage },
		[TRUTH_SATISFACTION] = { TRUTH_OPINIONS, put_satisfaction },
		[TRUTH_LEAVING] = { TRUTH_LEAVERS, put_leaving },
		[TRUTH_CREDIT] = { TRUTH_CREDITS, put_credit },
		[TRUTH_COMPLAINT] = { TRUTH_COMPLAINTS, put_complaint },
	};
	struct truth_files *f = (struct truth_files *)witness;
	struct sheet *s = &f->sheets[kinds[t->kind].sheet];

	(void)sheet_row(s, t->time_ms);
	kinds[t->kind].put(f, s, t);
	sheet_end(s, 0);
	return sheet_failed(s, why);
}

err truth_files_create(struct disk *disk, const char *folder, const struct company_plan *plan,
	struct truth_files **out, struct why *why)
{
	struct truth_files *f = memory_alloc(sizeof(*f));
	err e = path_join(f->folder, folder, "", why);

	if (e != OK) {
		free(f);
		return e;
	}
	f->base.tell = tell;
	f->disk = disk;
	f->plan = plan;
	f->people = company_people(plan);
	clock_face_init(&f->face, zone_utc());
	for (unsigned i = 0; i < TRUTH_SHEETS; i++)
		sheet_init(&f->sheets[i], &forms[i], disk, f->folder, &f->face, true);
	*out = f;
	return OK;
}

struct witness *truth_files_witness(struct truth_files *files)
{
	return &files->base;
}

void truth_files_free(struct truth_files *files)
{
	if (files == NULL)
		return;
	for (unsigned i = 0; i < TRUTH_SHEETS; i++)
		sheet_done(&files->sheets[i]);
	free(files);
}

/* ---- who is who */

static void put_person(struct truth_files *f, const struct person *p)
{
	struct sheet *s = &f->sheets[TRUTH_PEOPLE];
	int64_t moves_ms = people_move_ms(&f->people, p->household);

	(void)sheet_row(s, f->people.start_ms);
	put_field_int(s, p->number);
	put_field_int(s, p->household);
	put_field_int(s, p->account_holder);
	put_field_int(s, p->place);
	put_field_int(s, p->members);
	put_field_int(s, p->birth_year);
	put_field_int(s, (int64_t)p->age);
	put_field_c(s, p->female ? "f" : "m");
	put_field_c(s, p->english ? "en" : "fr");
	put_field(s, person_first_name(p));
	put_field(s, person_family_name(p));
	put_field(s, departement_code(p->departement));
	if (moves_ms == INT64_MAX)
		put_field_c(s, "");
	else
		put_time(f, s, moves_ms);
	put_field(s, product_name(p->fixed));
	put_field(s, product_name(p->mobile));
	sheet_end(s, 0);
}

static struct strbuf *open_identifier(
	struct truth_files *f, const struct person *p, const char *type)
{
	struct sheet *s = &f->sheets[TRUTH_IDENTIFIERS];

	(void)sheet_row(s, f->people.start_ms);
	put_field_int(s, p->number);
	put_field_c(s, type);
	return open_field(s);
}

static void close_identifier(struct truth_files *f, bool shared)
{
	struct sheet *s = &f->sheets[TRUTH_IDENTIFIERS];

	close_field(s);
	put_field_int(s, shared);
	sheet_end(s, 0);
}

/* As the writers write it: a UUID of version 4. */
static void put_cookie(struct truth_files *f, const struct person *p, const struct device *device,
	bool app, const uint64_t cookie[static 2])
{
	struct strbuf *out = open_identifier(f, p, app ? "installation" : "cookie");

	put_uuid(out, cookie[0], cookie[1]);
	close_identifier(f, device->shared);
}

/* Browsers forget: a cookie lives for 45 days at least, so looking every 15 days finds them all. */
static void put_cookies(struct truth_files *f, const struct person *p, const struct device *device)
{
	enum { EVERY_DAYS = 15 };
	uint64_t cookie[2], last[2] = { 0 };
	int64_t end_ms = f->people.start_ms + f->people.days * DAY_MS - 1;

	if (device->app_major > 0) {
		device_cookie(device, true, end_ms, cookie);
		put_cookie(f, p, device, true, cookie);
	}
	for (int64_t t = f->people.start_ms;; t = MIN_OF(t + EVERY_DAYS * DAY_MS, end_ms)) {
		device_cookie(device, false, t, cookie);
		if (cookie[0] != last[0] || cookie[1] != last[1])
			put_cookie(f, p, device, false, cookie);
		last[0] = cookie[0];
		last[1] = cookie[1];
		if (t == end_ms)
			return;
	}
}

static void put_identifiers(struct truth_files *f, const struct person *p)
{
	static const char *const lines[PERSON_LINES_MAX] = { "phone", "fixed_line", "work_line" };

	person_add_account(&f->people, p, open_identifier(f, p, "account"));
	close_identifier(f, p->account_holder != p->number);
	person_add_client(p, open_identifier(f, p, "client"));
	close_identifier(f, false);
	person_add_user_id(p, open_identifier(f, p, "user_id"));
	close_identifier(f, false);
	for (unsigned i = 0; i < p->emails; i++) {
		person_add_email(p, i, open_identifier(f, p, "email"));
		close_identifier(f, i == 2);
	}
	ASSERT(p->lines <= PERSON_LINES_MAX);
	for (unsigned i = 0; i < p->lines; i++) {
		person_add_line(p, i, open_identifier(f, p, lines[i]));
		close_identifier(f, i > 0);
	}
	for (unsigned i = 0; i < p->devices; i++) {
		struct device device;
		person_device(&f->people, p, i, &device);
		put_cookies(f, p, &device);
	}
}

/* ---- company.json */

static void put_frictions(const struct truth_files *f, struct json_writer *w)
{
	json_put_key(w, STR("frictions"));
	json_put_array(w);
	for (unsigned i = 1; i <= FRICTIONS; i++) {
		const struct friction_sum *sum = &f->frictions[i];
		json_put_object(w);
		json_member_uint(w, "friction", i);
		json_member_uint(w, "passages", sum->passages);
		json_member_uint(w, "passages_where_planted", sum->planted);
		json_member_uint(w, "met", sum->met);
		json_member_uint(w, "met_where_planted", sum->met_planted);
		json_member_uint(w, "contacts_because_of_it", sum->contacts);
		json_member_int(w, "cost_cents_because_of_it", sum->cost_cents);
		json_put_end(w);
	}
	json_put_end(w);
}

static err put_company(
	const struct truth_files *f, const struct company_totals *totals, struct why *why)
{
	struct strbuf out = strbuf_heap(1 << 20);
	struct json_writer w = json_writer_of(&out, JSON_PRETTY);

	json_put_object(&w);
	json_member_uint(&w, "seed", f->plan->seed);
	json_member_uint(&w, "customers", f->plan->customers);
	json_member_uint(&w, "days", f->plan->days);
	json_put_key(&w, STR("clean"));
	json_put_bool(&w, f->plan->clean);
	json_member_uint(&w, "happenings", totals->happenings);
	json_member_uint(&w, "contacts", totals->contacts);
	json_put_key(&w, STR("subscriber_years"));
	json_put_float(&w, totals->active_years);
	json_put_key(&w, STR("parameters"));
	json_put_object(&w);
	for (unsigned i = 0; i < PARAMETER_COUNT_; i++) {
		json_put_key(&w, parameter_row((enum parameter)i)->name);
		json_put_float(&w, f->plan->parameters.value[i]);
	}
	json_put_end(&w);
	put_frictions(f, &w);
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	err e = disk_write_whole(f->disk, f->folder, "company.json", strbuf_str(&out), why);
	strbuf_done(&out);
	return e;
}

err truth_files_finish(struct truth_files *f, const struct company_totals *totals, struct why *why)
{
	err e = OK;

	for (uint32_t i = 0; i < f->plan->customers && e == OK; i++) {
		struct person p;
		people_person(&f->people, i, f->people.start_ms, &p);
		put_person(f, &p);
		put_identifiers(f, &p);
		e = sheet_failed(&f->sheets[TRUTH_PEOPLE], why);
		if (e == OK)
			e = sheet_failed(&f->sheets[TRUTH_IDENTIFIERS], why);
	}
	for (unsigned i = 0; i < TRUTH_SHEETS && e == OK; i++)
		e = sheet_flush(&f->sheets[i], why);
	return e == OK ? put_company(f, totals, why) : e;
}
