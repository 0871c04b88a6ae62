/* main/demo_live.c - see demo_live.h */
#include "main/demo_live.h"

#include "base/file.h"
#include "base/json.h"
#include "base/timestamp.h"
#include "demo/telling.h"
#include "main/feed.h"

enum { SPEED_MAX = 1000000, RATE_MAX = 1000000, STATE_BYTES_MAX = 4096, SAVE_EVERY_S = 5 };
static const double ns_per_ms = 1e6, ns_per_s = 1e9;

struct live {
	struct call_sink calls;
	const struct request *request;
	struct sink *sink;
	struct feed *feed;
	struct clock *clock;
	double speed, rate; /* rate 0: by speed */
	int64_t begun_ns, begun_ms; /* ours, theirs */
	int64_t saved_ns, now_ms;
	uint64_t told, mark;
	bool has_begun, has_state;
	char state_folder[PATH_BYTES_MAX];
	str state;
};

/* ---- how far it is */

static void put_mark(struct strbuf *out, uint64_t mark)
{
	strbuf_printf(out, "%016llx", (unsigned long long)mark);
}

static err save(struct live *live, struct why *why)
{
	char bytes[STATE_BYTES_MAX], mark[20];
	struct strbuf out = { .ptr = bytes, .cap = sizeof(bytes), .cap_max = sizeof(bytes) };
	struct strbuf hex = { .ptr = mark, .cap = sizeof(mark), .cap_max = sizeof(mark) };
	struct json_writer w = json_writer_of(&out, JSON_COMPACT);
	const char *name = live->state.ptr, *slash = strrchr(name, '/');

	if (!live->has_state)
		return OK;
	put_mark(&hex, live->mark);
	json_put_object(&w);
	json_member_uint(&w, "version", 1);
	json_member_string(&w, "plan", strbuf_str(&hex));
	json_member_uint(&w, "serial", feed_counts(live->feed).mark);
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	live->saved_ns = live->clock->ticks_ns(live->clock);
	return disk_write_whole(disk_real(), live->state_folder, slash == NULL ? name : slash + 1,
		strbuf_str(&out), why);
}

/* *serial: what need not be told again; 0 without a state. */
static err load(struct live *live, uint64_t *serial, struct why *why)
{
	struct arena *arena = request_arena(live->request);
	struct json_parser *parser;
	struct json json;
	char mark[20];
	struct strbuf hex = { .ptr = mark, .cap = sizeof(mark), .cap_max = sizeof(mark) };
	str text;

	*serial = 0;
	if (!live->has_state)
		return OK;
	err e = path_parent(live->state_folder, live->state.ptr, why);
	if (e == OK)
		e = disk_read_whole(
			disk_real(), live->state.ptr, STATE_BYTES_MAX, arena, &text, why);
	if (e == ERR_NOT_FOUND)
		return OK;
	if (e != OK)
		return e;
	parser = json_parser_create(NULL);
	e = json_parse(parser, text, arena, &json, why);
	json_parser_free(parser);
	if (e != OK)
		return e;
	put_mark(&hex, live->mark);
	if (!str_equal(json_get_string(&json, STR("plan"), STR("")), strbuf_str(&hex)))
		return fail(why, MSG_LIVE_OTHER, arg_str(live->state));
	*serial = (uint64_t)MAX_OF(json_get_int(&json, STR("serial"), 0), INT64_C(0));
	return OK;
}

/* ---- when */

static int64_t due_ns(const struct live *live, int64_t time_ms)
{
	double after = live->rate > 0
			       ? (double)live->told / live->rate * ns_per_s
			       : (double)(time_ms - live->begun_ms) * ns_per_ms / live->speed;

	return live->begun_ns + (int64_t)after;
}

static err call(struct call_sink *sink, int64_t time_ms, uint64_t serial, str json, struct why *why)
{
	struct live *live = (struct live *)sink;
	const struct progress_state state = {
		.doing = TEXT_LIVE_TELLING, .unit = UNIT_EVENTS, .done = live->told
	};

	if (!live->has_begun) {
		live->begun_ns = live->clock->ticks_ns(live->clock);
		live->begun_ms = time_ms;
		live->has_begun = true;
	}
	sink_progress(live->sink, &state);
	err e = feed_wait(live->feed, due_ns(live, time_ms), why);
	/* More rows may follow of the same happening: done is what lies before it. */
	if (e == OK)
		e = feed_add(live->feed, json, serial - 1, why);
	live->told++;
	live->now_ms = time_ms;
	int64_t since = live->clock->ticks_ns(live->clock) - live->saved_ns;
	if (e == OK && (double)since > SAVE_EVERY_S * ns_per_s)
		e = save(live, why);
	return e;
}

/* ---- the command */

static void waits(void *context, str what, int64_t wait_ms)
{
	struct live *live = context;

	sink_remark(live->sink, TEXT_LIVE_WAITS, arg_str(request_text(live->request, "live")),
		arg_str(what), arg_int((wait_ms + 999) / 1000));
}

static err read_pace(struct live *live, struct why *why)
{
	bool has_rate = request_has(live->request, "rate");
	int64_t speed = request_number(live->request, "speed"),
		rate = has_rate ? request_number(live->request, "rate") : 0;

	if (speed < 1 || speed > SPEED_MAX || rate > RATE_MAX || (has_rate && rate < 1) ||
		(has_rate && request_has(live->request, "speed")))
		return fail(why, MSG_LIVE_PACE, arg_int(SPEED_MAX));
	live->speed = (double)speed;
	live->rate = (double)rate;
	return request_has(live->request, "key") ? OK : fail(why, MSG_LIVE_KEY);
}

static void answer(struct live *live)
{
	struct feed_counts counts = feed_counts(live->feed);
	char time[INSTANT_TEXT_BYTES];
	str until = instant_utc(time, live->now_ms);
	struct strbuf out = strbuf_in(request_arena(live->request), STATE_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_PRETTY);

	if (!live->sink->json) {
		sink_say(live->sink, TEXT_LIVE_DONE, arg_int((int64_t)counts.calls),
			arg_str(request_text(live->request, "live")), arg_str(until));
		return;
	}
	json_put_object(&w);
	json_member_uint(&w, "told", counts.calls);
	json_member_uint(&w, "requests", counts.requests);
	json_member_uint(&w, "repeated", counts.again);
	json_member_string(&w, "until", until);
	json_member_uint(&w, "serial", counts.mark);
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	sink_built(live->sink, &out);
}

/* Being stopped is how it usually ends. */
static err tell_all(struct live *live, const struct company_plan *plan, struct telling *telling,
	struct why *why)
{
	struct company_totals totals;
	struct why dropped;
	err e = company_run(plan, telling_listener(telling), NULL, &totals, why);

	if (e == OK)
		e = feed_flush(live->feed, why);
	if (e == ERR_CANCELLED) {
		(void)feed_last(live->feed, &dropped); /* it will be told again */
		e = OK;
	}
	err saved = save(live, e == OK ? why : &dropped);
	return e == OK ? saved : e;
}

static err with_telling(struct live *live, const struct company_plan *plan, struct why *why)
{
	struct people people = company_people(plan);
	struct telling *telling;
	uint64_t serial;
	err e = load(live, &serial, why);

	if (e == OK)
		e = telling_create(plan, &people, &live->calls, &telling, why);
	if (e != OK)
		return e;
	telling_skip(telling, serial);
	e = tell_all(live, plan, telling, why);
	telling_free(telling);
	return e;
}

err demo_live(const struct request *request, const struct company_plan *plan, struct sink *sink,
	struct why *why)
{
	struct live live = { .calls = { call },
		.request = request,
		.sink = sink,
		.clock = clock_real(),
		.mark = company_plan_mark(plan),
		.has_state = request_has(request, "state"),
		.state = request_text(request, "state") };
	const struct feed_options options = { .url = request_text(request, "live"),
		.key = request_text(request, "key"),
		.clock = live.clock,
		.stop = request_stop(request),
		.waits = waits,
		.context = &live };

	live.saved_ns = live.clock->ticks_ns(live.clock);
	err e = read_pace(&live, why);
	if (e == OK)
		e = feed_create(&options, &live.feed, why);
	if (e == OK)
		e = with_telling(&live, plan, why);
	if (e == OK)
		answer(&live);
	feed_free(live.feed);
	return e;
}
