/* tests/support/writer_life.c - see writer_life.h */
#include "support/writer_life.h"

#include "base/random.h"
#include "engine/digest.h"
#include "engine/writer_internal.h"
#include "support/sample_items.h"
#include "support/sim_disk.h"
#include "support/snapshot_check.h"

#include <stdlib.h>
#include <string.h>

enum { PRODUCERS = 4, READERS = 2, BATCH_MAX = 5, MESSAGES = 150, STEPS = 400 };
#define LIFE_BYTES_MAX ((size_t)256 << 20)

/* What the model knows of a message. */
struct sent {
	uint64_t seq; /* answered; 0: never */
	bool is_old; /* to be new again would be a doubling */
	bool is_event;
	bool retracting; /* a retraction was submitted: shown or not, until the next opening */
};

struct sender {
	struct submission submission;
	struct engine_item items[BATCH_MAX];
	uint64_t numbers[BATCH_MAX];
	size_t count;
	enum { IDLE, HOLDING, WAITING } state; /* holding: made, but the queue was full */
};

struct looker {
	struct snapshot *snapshot;
	uint64_t print;
};

enum phase { TAKE, WRITE, ANSWER, INSTALL, PUBLISH, RECOUNT, CHECKPOINT, PHASES };

struct world {
	struct writer_life *life;
	struct random random;
	struct clock clock; /* first of its kind: see now_ms() */
	int64_t now_ns;
	struct sim_disk *sim;
	struct engine *engine;
	struct writer *writer;
	struct arena *arena; /* nothing is freed before the end: a planted bug may look back */
	struct sender senders[PRODUCERS];
	struct submission retraction;
	uint64_t retracted; /* number of the message */
	bool is_retracting;
	struct submission ruling;
	bool is_ruling;
	struct looker lookers[READERS];
	uint64_t epoch;
	struct sent messages[MESSAGES];
	enum phase phase;
	struct group group;
	struct submission *copies; /* of a group that was answered too early */
	const char *fault;
};

static void blame(struct world *w, bool ok, const char *fault)
{
	if (!ok && w->fault == NULL)
		w->fault = fault;
}

static uint64_t chance(struct world *w, uint64_t n)
{
	return random_below(&w->random, n);
}

/* ---- time */

static struct world *world_of(struct clock *clock)
{
	return (struct world *)(void *)((char *)clock - offsetof(struct world, clock));
}

static int64_t now_ms(struct clock *clock)
{
	return 1000000 + world_of(clock)->now_ns / NS_PER_MS;
}

static int64_t ticks_ns(struct clock *clock)
{
	return world_of(clock)->now_ns;
}

/* ---- opening */

static void open_engine(struct world *w, bool replay)
{
	const struct engine_options options = { .disk = sim_disk_of(w->sim),
		.clock = &w->clock,
		.folder = "/data",
		.segment_bytes_max = 4096,
		.dedup_entries_max = 32,
		.ignore_checkpoint = replay };
	struct engine_opening opening;
	struct why why = { 0 };

	w->engine = NULL;
	blame(w, engine_open(&options, &w->engine, &opening, &why) == OK, "it does not open");
	w->life->openings++;
}

static struct state_digest digest_of(struct world *w)
{
	struct state_digest digest = { 0 };
	struct why why = { 0 };

	if (w->engine != NULL)
		blame(w, engine_digest(w->engine, &digest, &why) == OK, "no digest");
	return digest;
}

static bool is_known(struct world *w, uint64_t n, uint64_t *seq)
{
	char id[24];
	struct strbuf text = strbuf_in(w->arena, sizeof(id));

	strbuf_printf(&text, "m%llu", (unsigned long long)n);
	return engine_find(w->engine, STR("test"), strbuf_str(&text), seq, NULL) == OK;
}

/* All that was answered is there, under its sequence; what is there is there once. */
static void check_messages(struct world *w)
{
	AUTO_SNAPSHOT snapshot = engine_snapshot(w->engine);
	const struct threads_view *view = snapshot_threads(snapshot);
	uint64_t visible = 0, seq;

	for (uint64_t n = 0; n < MESSAGES; n++) {
		struct sent *m = &w->messages[n];
		bool known = is_known(w, n, &seq);
		blame(w, m->seq == 0 || known, "an answered message is missing");
		blame(w, m->seq == 0 || !known || seq == m->seq,
			"an answered message has another sequence");
		if (!known)
			continue;
		uint32_t row = threads_row_of(w->engine->threads, seq);
		m->seq = seq;
		m->is_old = true;
		blame(w, row != ROW_NONE || m->retracting, "a message is hidden without reason");
		visible += row != ROW_NONE;
	}
	blame(w, visible == threads_view_events(view) + threads_view_entities(view),
		"a message is there twice, or one is there that nobody sent");
	const char *fault = snapshot_fault(snapshot);
	blame(w, fault == NULL, fault);
}

static void start(struct world *w)
{
	const struct writer_options options = {
		.queue = { 3, 14, 1 << 20 }, .group = { 3, 11, 1 << 20 }, .checkpoint_records = 40
	};

	open_engine(w, true);
	struct state_digest replayed = digest_of(w);
	if (w->fault != NULL)
		return;
	engine_close(w->engine);
	open_engine(w, false);
	struct state_digest loaded = digest_of(w);
	if (w->fault != NULL)
		return;
	blame(w, memcmp(loaded.bytes, replayed.bytes, sizeof(loaded.bytes)) == 0,
		"checkpoint and replay differ");
	check_messages(w);
	w->writer = writer_create(w->engine, &options);
	w->epoch = 0;
	w->phase = TAKE;
}

/* ---- producers */

static void make_batch(struct world *w, struct sender *s)
{
	s->count = 1 + (size_t)chance(w, BATCH_MAX);
	for (size_t i = 0; i < s->count; i++) {
		s->numbers[i] = chance(w, MESSAGES);
		s->items[i] = sample_item(engine_secret(w->engine), s->numbers[i], w->arena);
		w->messages[s->numbers[i]].is_event = s->items[i].record->kind == RECORD_EVENT;
	}
	submission_reset(&s->submission, s->items, s->count);
	s->state = HOLDING;
}

static void send(struct world *w, struct sender *s)
{
	struct why why = { 0 };
	err e = writer_submit(w->writer, &s->submission, 0, &why);

	w->life->accepted += e == OK;
	w->life->full += e == ERR_FULL;
	blame(w, e == OK || e == ERR_FULL || e == ERR_IO, "submitting ends strangely");
	if (e == OK)
		s->state = WAITING;
	else if (e != ERR_FULL)
		s->state = IDLE;
}

static void note_item(struct world *w, uint64_t n, const struct engine_item *item)
{
	struct sent *m = &w->messages[n];

	blame(w, item->status == ITEM_NEW || item->status == ITEM_DUPLICATE, "a wrong answer");
	blame(w, item->status != ITEM_NEW || !m->is_old, "a known message was taken for new");
	blame(w, m->seq == 0 || m->seq == item->seq, "two sequences for one message");
	m->seq = item->seq;
	m->is_old |= item->status == ITEM_NEW;
}

/* If a snapshot says that it holds the sequence, it shows the event. */
static void check_visible(struct world *w, uint64_t n)
{
	const struct sent *m = &w->messages[n];
	struct snapshot *snapshot = NULL;

	if (writer_await(w->writer, m->seq, 0, &snapshot, NULL) != OK)
		return;
	w->life->awaited++;
	blame(w, !m->is_event || m->retracting || snapshot_shows(snapshot, m->seq),
		"a snapshot lacks an event below its end");
	snapshot_unref(snapshot);
}

static void hear(struct world *w, struct sender *s)
{
	s->state = IDLE;
	if (s->submission.result != OK) {
		blame(w, s->items[0].status == ITEM_REFUSED, "refused, but not its items");
		w->life->refused++;
		return;
	}
	w->life->answered++;
	for (size_t i = 0; i < s->count; i++)
		note_item(w, s->numbers[i], &s->items[i]);
	for (size_t i = 0; i < s->count; i++)
		check_visible(w, s->numbers[i]);
}

static void step_sender(struct world *w, struct sender *s)
{
	if (s->state == IDLE)
		make_batch(w, s);
	else if (s->state == HOLDING)
		send(w, s);
	else if (submission_is_answered(&s->submission))
		hear(w, s);
}

static err retract(struct engine *engine, void *context, struct why *why)
{
	struct world *w = context;
	struct strbuf id = strbuf_in(w->arena, 24);
	uint64_t seq;

	strbuf_printf(&id, "m%llu", (unsigned long long)w->retracted);
	return engine_retract(engine, STR("test"), strbuf_str(&id), &seq, why);
}

static void step_retraction(struct world *w)
{
	struct submission *s = &w->retraction;

	if (!w->is_retracting) {
		w->retracted = chance(w, MESSAGES);
		submission_reset(s, NULL, 0);
		s->call = retract;
		s->context = w;
		w->messages[w->retracted].retracting = true;
		w->is_retracting = writer_submit(w->writer, s, 0, NULL) == OK;
		return;
	}
	if (!submission_is_answered(s))
		return;
	w->is_retracting = false;
	w->life->retracted += s->result == OK;
}

/* Other rules for everybody: with look_steps as small as it is here they are computed beside. */
static err rule(struct engine *engine, void *context, struct why *why)
{
	static const char two_types[] =
		"{\"version\":1,\"types\":[{\"type\":\"user_id\",\"unique\":true},"
		"{\"type\":\"email\",\"owners\":1,\"priority\":0}]}";
	static const char *const documents[] = { "{\"version\":1}", two_types,
		"{\"version\":1,\"types\":[{\"type\":\"email\",\"limit\":1,\"priority\":0}]}" };
	struct world *w = context;
	const struct attribute document = { STR("rules"),
		{ .kind = VALUE_STRING,
			.string = str_of(documents[chance(w, ARRAY_LEN(documents))]) } };
	const struct record record = { .kind = RECORD_IDENTITY,
		.source = STR("test"),
		.activity = STR("rules"),
		.attributes = &document,
		.attribute_count = 1 };
	uint64_t seq;

	return engine_write_record(engine, &record, &seq, why);
}

static void step_ruling(struct world *w)
{
	struct submission *s = &w->ruling;

	if (w->is_ruling) {
		w->is_ruling = !submission_is_answered(s);
		return;
	}
	submission_reset(s, NULL, 0);
	s->call = rule;
	s->context = w;
	w->is_ruling = writer_submit(w->writer, s, 0, NULL) == OK;
}

/* ---- the writer, in small steps */

static void answer_too_early(struct world *w)
{
	struct group *g = &w->group;
	struct submission *copies = memory_alloc(g->submissions * sizeof(*copies));
	uint64_t seq = journal_end(engine_journal(w->engine));
	size_t at = 0;

	for (struct submission *s = g->first; s != NULL; s = s->next, at++) {
		copies[at] = (struct submission){ .count = s->count };
		copies[at].items = arena_array(w->arena, s->count, sizeof(struct engine_item));
		memcpy(copies[at].items, s->items, s->count * sizeof(*s->items));
		if (at > 0)
			copies[at - 1].next = &copies[at];
		for (size_t i = 0; i < s->count; i++) {
			s->items[i].status = ITEM_NEW;
			s->items[i].seq = seq++;
		}
	}
	writer_answer(w->writer, g);
	w->copies = g->first = copies;
}

static void publish_too_early(struct world *w)
{
	uint64_t applied = w->engine->applied_seq;

	w->engine->applied_seq += w->group.items;
	w->engine->dirty = true;
	engine_publish(w->engine);
	w->engine->applied_seq = applied;
}

static void forget_tails(struct group *g)
{
	g->items = 0;
	for (struct submission *s = g->first; s != NULL; s = s->next) {
		s->count = (s->count + 1) / 2;
		g->items += s->count;
	}
}

static void take(struct world *w)
{
	if (writer_take(w->writer, 0, &w->group) != OK) {
		w->phase = INSTALL;
		return;
	}
	w->phase = WRITE;
	if (w->group.first->call != NULL)
		return;
	if (w->life->bug == BUG_ANSWERS_FIRST)
		answer_too_early(w);
	else if (w->life->bug == BUG_PUBLISHES_FIRST)
		publish_too_early(w);
	else if (w->life->bug == BUG_FORGETS_TAIL)
		forget_tails(&w->group);
}

static void step_writer(struct world *w)
{
	switch (w->phase) {
	case TAKE:
		take(w);
		return;
	case WRITE:
		writer_write(w->writer, &w->group);
		break;
	case ANSWER:
		if (w->copies == NULL)
			writer_answer(w->writer, &w->group);
		free(w->copies);
		w->copies = NULL;
		break;
	case INSTALL:
		writer_install(w->writer);
		break;
	case PUBLISH:
		writer_publish_if_due(w->writer);
		break;
	case RECOUNT:
		writer_recount_if_due(w->writer);
		break;
	case CHECKPOINT:
		writer_checkpoint_if_due(w->writer);
		break;
	case PHASES:
		break;
	}
	w->phase = (enum phase)((w->phase + 1) % PHASES);
}

/* ---- readers */

static void step_looker(struct world *w, struct looker *l)
{
	if (l->snapshot != NULL) {
		blame(w, snapshot_print(l->snapshot) == l->print, "a snapshot changed");
		snapshot_unref(l->snapshot);
		l->snapshot = NULL;
		return;
	}
	l->snapshot = writer_snapshot(w->writer);
	l->print = snapshot_print(l->snapshot);
	const char *fault = snapshot_fault(l->snapshot);
	blame(w, fault == NULL, fault);
	blame(w, snapshot_epoch(l->snapshot) >= w->epoch, "an epoch went back");
	blame(w, snapshot_end_seq(l->snapshot) <= journal_end(engine_journal(w->engine)),
		"a snapshot holds what is not durable");
	w->epoch = snapshot_epoch(l->snapshot);
	w->life->looks++;
}

/* ---- ends */

static void hear_all(struct world *w)
{
	for (size_t i = 0; i < PRODUCERS; i++) {
		struct sender *s = &w->senders[i];
		blame(w, s->state != WAITING || submission_is_answered(&s->submission),
			"a submission was never answered");
		if (s->state == WAITING && submission_is_answered(&s->submission))
			hear(w, s);
		s->state = IDLE;
	}
	blame(w, !w->is_retracting || submission_is_answered(&w->retraction),
		"a call was never answered");
	w->is_retracting = false;
	blame(w, !w->is_ruling || submission_is_answered(&w->ruling),
		"a change of rules was never answered");
	w->is_ruling = false;
}

static void stop(struct world *w)
{
	while (w->phase == WRITE || w->phase == ANSWER)
		step_writer(w);
	bool sound = !sim_disk_crashed(w->sim) && !w->engine->failed;
	err e = writer_stop(w->writer, NULL);
	blame(w,
		!sound || e == OK || sim_disk_faults(w->sim)->fail_at != 0 ||
			sim_disk_crashed(w->sim),
		"stopping fails");
	hear_all(w);
	for (size_t i = 0; i < READERS; i++)
		if (w->lookers[i].snapshot != NULL)
			step_looker(w, &w->lookers[i]);
	w->life->recounts += writer_status(w->writer).recounts;
	writer_free(w->writer);
	engine_close(w->engine);
	w->writer = NULL;
	w->engine = NULL;
}

static void restart(struct world *w)
{
	stop(w);
	struct sim_faults *faults = sim_disk_faults(w->sim);
	faults->fail_at = faults->crash_at = 0;
	if (sim_disk_crashed(w->sim) || chance(w, 2) == 0) {
		w->life->crashes++;
		sim_disk_reboot(w->sim);
	}
	start(w);
}

static void plant_trouble(struct world *w)
{
	struct sim_faults *faults = sim_disk_faults(w->sim);
	uint64_t at = sim_disk_operations(w->sim) + 1 + chance(w, 12);

	if (chance(w, 2) == 0) {
		faults->crash_at = at;
		return;
	}
	faults->fail_at = at;
	faults->fail_with = chance(w, 2) == 0 ? ERR_IO : ERR_FULL;
}

static void step(struct world *w)
{
	uint64_t roll = chance(w, 1000);

	w->now_ns += (int64_t)chance(w, 2 * NS_PER_MS);
	if (w->engine->failed || sim_disk_crashed(w->sim))
		roll = chance(w, 8) == 0 ? 999 : roll; /* the end is near, but not at once */
	if (roll < 400)
		step_sender(w, &w->senders[chance(w, PRODUCERS)]);
	else if (roll < 800)
		step_writer(w);
	else if (roll < 865)
		(void)writer_keep_house(w->writer);
	else if (roll < 880)
		(void)writer_seal(w->writer);
	else if (roll < 960)
		step_looker(w, &w->lookers[chance(w, READERS)]);
	else if (roll < 975)
		step_retraction(w);
	else if (roll < 985)
		step_ruling(w);
	else if (roll < 995)
		plant_trouble(w);
	else
		restart(w);
}

const char *writer_life_live(struct writer_life *life)
{
	struct world *w = memory_alloc(sizeof(*w));
	unsigned steps = life->steps > 0 ? life->steps : STEPS;

	w->life = life;
	w->random = random_of(life->seed);
	w->clock = (struct clock){ now_ms, ticks_ns };
	w->sim = sim_disk_create(life->seed, NULL);
	w->arena = arena_create(LIFE_BYTES_MAX);
	for (size_t i = 0; i < PRODUCERS; i++)
		submission_init(&w->senders[i].submission, NULL, 0);
	submission_init(&w->retraction, NULL, 0);
	submission_init(&w->ruling, NULL, 0);
	engine_planted.look_steps = 1 + life->seed % 7;
	start(w);
	for (unsigned i = 0; i < steps && w->fault == NULL; i++)
		step(w);
	if (w->fault == NULL)
		restart(w);
	if (w->writer != NULL)
		stop(w);
	engine_close(w->engine);
	for (size_t i = 0; i < PRODUCERS; i++)
		submission_done(&w->senders[i].submission);
	submission_done(&w->retraction);
	submission_done(&w->ruling);
	engine_planted.look_steps = 0;
	sim_disk_free(w->sim);
	arena_free(w->arena);
	const char *fault = w->fault;
	free(w);
	return fault;
}
