/* tests/support/engine_model.c - see engine_model.h */
#include "support/engine_model.h"

#include "base/random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	str type, value, text;
} identifiers[MODEL_IDENTIFIERS] = {
#define ROW(type, value) \
	{ \
		STR_INIT(type), STR_INIT(value), STR_INIT(type ":" value) \
	}
	ROW("user_id", "quagga-u0"),
	ROW("user_id", "quagga-u1"),
	ROW("user_id", "quagga-u2"),
	ROW("email", "quagga-e0@x.fr"),
	ROW("email", "quagga-e1@x.fr"),
	ROW("email", "quagga-e2@x.fr"),
	ROW("email", "quagga-e3@x.fr"),
	ROW("anonymous_id", "quagga-a0"),
	ROW("anonymous_id", "quagga-a1"),
	ROW("anonymous_id", "quagga-a2"),
	ROW("anonymous_id", "quagga-a3"),
	ROW("anonymous_id", "quagga-a4"),
#undef ROW
};

str model_identifier(unsigned i)
{
	return identifiers[i].text;
}

struct model *model_create(void)
{
	struct model *model = memory_alloc(sizeof(*model));

	model->end = 1;
	return model;
}

void model_free(struct model *model)
{
	for (uint64_t seq = 1; seq < model->end + model->pending; seq++)
		free(model->log[seq].places);
	free(model);
}

/* ---- the list */

void model_add(struct model *model, struct model_record record)
{
	ASSERT(model->end + model->pending < MODEL_RECORDS_MAX);
	model->log[model->end + model->pending++] = record;
}

void model_end_batch(struct model *model)
{
	ASSERT(model->batch_count < MODEL_BATCHES_MAX);
	model->batch_ends[model->batch_count++] = model->end + model->pending;
}

bool model_may_end(const struct model *model, uint64_t end)
{
	bool may = end == model->end || end == model->end + model->pending;

	for (size_t i = 0; i < model->batch_count; i++)
		may = may || end == model->batch_ends[i];
	return may;
}

void model_accept_below(struct model *model, uint64_t end)
{
	ASSERT(end <= model->end + model->pending);
	for (; model->end < end; model->pending--, model->end++) {
		const struct model_record *record = &model->log[model->end];
		for (size_t i = 0; i < record->place_count; i++)
			model->log[record->places[i]].is_erased = true;
	}
	if (model->pending == 0)
		model->batch_count = 0;
}

void model_drop_from(struct model *model, uint64_t end)
{
	for (; model->end + model->pending > end; model->pending--)
		free(model->log[model->end + model->pending - 1].places);
	if (model->pending == 0)
		model->batch_count = 0;
}

void model_accept(struct model *model)
{
	model_accept_below(model, model->end + model->pending);
}

void model_drop(struct model *model)
{
	model_drop_from(model, model->end);
}

/* ---- making records again */

void model_secret(uint32_t content, char out[static 24])
{
	(void)snprintf(out, 24, "secret%010u", content);
}

static str text_of(const struct model_record *record, struct arena *arena)
{
	struct strbuf text = strbuf_in(arena, 1 << 14);
	struct random noise = random_of(record->content);
	char secret[24];

	model_secret(record->content, secret);
	strbuf_add_c(&text, secret);
	for (uint32_t i = 0; i < record->padding; i++)
		strbuf_add_byte(&text, (char)('a' + random_below(&noise, 26)));
	return strbuf_str(&text);
}

static str words_of(const char *format, uint32_t number, struct arena *arena)
{
	char words[32];

	(void)snprintf(words, sizeof(words), "%s%u", format, number); /* fits */
	return arena_str(arena, str_of(words));
}

static void give_identifiers(struct record *record, uint16_t mask, struct arena *arena)
{
	struct record_identifier *ids = arena_array(arena, MODEL_IDENTIFIERS, sizeof(*ids));

	for (unsigned i = MODEL_IDENTIFIERS; i-- > 0;) /* the owner last: order must not matter */
		if (mask >> i & 1)
			ids[record->identifier_count++] =
				(struct record_identifier){ .type = identifiers[i].type,
					.value = identifiers[i].value };
	record->identifiers = ids;
}

/* Of each make, some of them with what must vanish when the record is erased. */
static void give_attributes(
	struct record *record, const struct model_record *m, struct arena *arena)
{
	struct attribute *all = arena_array(arena, 5, sizeof(*all));
	struct attribute *within = arena_array(arena, 2, sizeof(*within));
	char secret[24];

	model_secret(m->content, secret);
	within[0] = (struct attribute){ STR("in"),
		{ .kind = VALUE_STRING, .string = arena_str(arena, str_of(secret)) } };
	within[1] = (struct attribute){ STR("size"),
		{ .kind = VALUE_FLOAT, .number = (double)m->content / 4 } };
	all[0] = (struct attribute){ STR("note"), within[0].value };
	all[1] = (struct attribute){ STR("rank"),
		{ .kind = VALUE_INTEGER, .integer = (int64_t)m->content % 5 } };
	all[2] = (struct attribute){ STR("box"), { .kind = VALUE_MAP, .map = { within, 2 } } };
	all[3] = (struct attribute){ words_of("key", m->content % 9, arena),
		{ .kind = VALUE_BOOLEAN, .boolean = m->content % 2 == 0 } };
	all[4] = (struct attribute){ STR("at"),
		{ .kind = VALUE_TIME, .time = { .ms = m->time_ms } } };
	record->attributes = all;
	record->attribute_count = m->content % 6; /* some have none */
}

struct record model_record_of(const struct model_record *m, struct arena *arena)
{
	static const str decisions[] = { STR_INIT("forget"), STR_INIT("link"), STR_INIT("unlink") };
	struct record record = { .kind = m->kind, .target = m->target };

	if (m->key > 0) {
		record.source = m->key % 3 == 0 ? STR("shop") : STR("desk");
		record.message_id = words_of("message-", m->key, arena);
	}
	switch (m->kind) {
	case RECORD_EVENT:
	case RECORD_CORRECTION:
		record.has_time = true;
		record.time = (struct instant){ .ms = m->time_ms, .offset_min = INSTANT_NO_OFFSET };
		record.activity = words_of("step ", m->content % 7, arena);
		record.channel = m->content % 2 ? STR("web") : STR("phone");
		/* fall through */
	case RECORD_ENTITY:
		give_identifiers(&record, m->mask, arena);
		record.text = text_of(m, arena);
		give_attributes(&record, m, arena);
		break;
	case RECORD_IDENTITY:
		give_identifiers(&record, (uint16_t)(1u << m->pair[0] | 1u << m->pair[1]), arena);
		record.activity = decisions[m->decision];
		record.text = text_of(m, arena);
		break;
	case RECORD_RETRACTION:
	case RECORD_ERASURE:
	case RECORD_SOURCE:
	case RECORD_TOMBSTONE:
	case RECORD_KIND_COUNT_:
		break;
	}
	return record;
}

/* ---- which messages are known */

static bool is_keyed(const struct model_record *record)
{
	return record->key > 0 && record->kind != RECORD_CORRECTION;
}

struct model_known model_find(const struct model *model, uint32_t key)
{
	for (uint64_t seq = 1; seq < model->end; seq++) {
		const struct model_record *record = &model->log[seq];
		if (!is_keyed(record) || record->key != key)
			continue;
		return (struct model_known){ record->is_erased ? MODEL_ERASED : MODEL_KNOWN, seq };
	}
	return (struct model_known){ .state = MODEL_UNKNOWN };
}

/* ---- rows */

/* The shown row of the event that has a version with this sequence; 0: none. */
static uint64_t shown_of(const struct model_state *s, uint64_t end, uint64_t seq)
{
	for (uint64_t row = 1; row < end; row++)
		if (s->shown[row] && s->origin[row] == s->origin[seq])
			return row;
	return 0;
}

static void hide(struct model_state *s, uint64_t end, uint64_t seq)
{
	uint64_t row = s->origin[seq] == 0 ? 0 : shown_of(s, end, seq);

	if (row > 0)
		s->shown[row] = false;
}

static uint8_t *decision_at(struct model_state *s, unsigned a, unsigned b)
{
	return &s->decision[MIN_OF(a, b)][MAX_OF(a, b)];
}

static void take_row(struct model_state *s, const struct model_record *record, uint64_t seq)
{
	if (record->kind == RECORD_CORRECTION) {
		if (s->origin[record->target] == 0 || shown_of(s, seq, record->target) == 0)
			return;
		hide(s, seq, record->target);
		s->origin[seq] = s->origin[record->target];
	} else {
		s->origin[seq] = seq;
	}
	s->shown[seq] = true;
}

/* The newest decision on the pair, up to `seq`, whose record was not erased. */
static void decide(const struct model *model, struct model_state *s, uint64_t seq,
	const struct model_record *on)
{
	uint8_t *decision = decision_at(s, on->pair[0], on->pair[1]);

	*decision = MODEL_NONE;
	for (uint64_t i = 1; i <= seq; i++) {
		const struct model_record *r = &model->log[i];
		if (r->kind == RECORD_IDENTITY && !s->erased[i] &&
			MIN_OF(r->pair[0], r->pair[1]) == MIN_OF(on->pair[0], on->pair[1]) &&
			MAX_OF(r->pair[0], r->pair[1]) == MAX_OF(on->pair[0], on->pair[1]))
			*decision = (uint8_t)r->decision;
	}
}

static void take(const struct model *model, struct model_state *s, uint64_t seq)
{
	const struct model_record *record = &model->log[seq];

	switch (record->kind) {
	case RECORD_EVENT:
	case RECORD_ENTITY:
	case RECORD_CORRECTION:
		take_row(s, record, seq);
		return;
	case RECORD_RETRACTION:
		hide(s, seq, record->target);
		return;
	case RECORD_IDENTITY:
		decide(model, s, seq, record);
		return;
	case RECORD_ERASURE:
		for (size_t i = 0; i < record->place_count; i++) {
			const struct model_record *gone = &model->log[record->places[i]];
			hide(s, seq, record->places[i]);
			s->erased[record->places[i]] = true;
			if (gone->kind == RECORD_IDENTITY)
				decide(model, s, seq, gone);
		}
		return;
	case RECORD_SOURCE:
	case RECORD_TOMBSTONE:
	case RECORD_KIND_COUNT_:
		return;
	}
}

/* ---- customers, by the default rules: what is told with two user_ids joins nobody.  Links by
 * people first, in the order of their texts; then each record joins its first identifier with its
 * others, e-mails before anonymous ids, then by time, then by text.  A join is refused that would
 * bring together whom a decision keeps apart, or, by a record, two user_ids */

enum { USERS = 3, EMAILS = 7 }; /* identifiers below: user_ids, user_ids and e-mails */

static uint8_t root(const uint8_t *parent, unsigned i)
{
	while (parent[i] != i)
		i = parent[i];
	return (uint8_t)i;
}

static bool has_user(const struct model_state *s, const uint8_t *parent, uint8_t group)
{
	for (unsigned i = 0; i < USERS; i++)
		if ((s->live >> i & 1) && root(parent, i) == group)
			return true;
	return false;
}

static void join(
	const struct model_state *s, uint8_t *parent, unsigned a, unsigned b, bool by_people)
{
	uint8_t x = root(parent, a), y = root(parent, b);

	if (!by_people && x != y && has_user(s, parent, x) && has_user(s, parent, y))
		return;

	for (unsigned i = 0; i < MODEL_IDENTIFIERS; i++)
		for (unsigned j = i + 1; j < MODEL_IDENTIFIERS; j++) {
			uint8_t p = root(parent, i), q = root(parent, j);
			if (s->decision[i][j] == MODEL_APART &&
				((p == x && q == y) || (p == y && q == x)))
				return;
		}
	parent[MAX_OF(x, y)] = MIN_OF(x, y);
}

static int by_text(unsigned a, unsigned b)
{
	return str_compare(identifiers[a].text, identifiers[b].text);
}

static int by_pair(const void *a, const void *b)
{
	const uint8_t *x = a, *y = b;
	int order = by_text(x[0], y[0]);

	return order != 0 ? order : by_text(x[1], y[1]);
}

static void join_decisions(const struct model_state *s, uint8_t *parent)
{
	uint8_t pairs[MODEL_IDENTIFIERS * MODEL_IDENTIFIERS][2];
	size_t count = 0;

	for (unsigned a = 0; a < MODEL_IDENTIFIERS; a++)
		for (unsigned b = a + 1; b < MODEL_IDENTIFIERS; b++) {
			if (s->decision[a][b] != MODEL_TOGETHER)
				continue;
			bool in_order = by_text(a, b) < 0;
			pairs[count][0] = (uint8_t)(in_order ? a : b);
			pairs[count++][1] = (uint8_t)(in_order ? b : a);
		}
	if (count > 0)
		qsort(pairs, count, sizeof(pairs[0]), by_pair);
	for (size_t i = 0; i < count; i++)
		join(s, parent, pairs[i][0], pairs[i][1], true);
}

static size_t members_of(uint16_t mask, uint8_t out[static MODEL_IDENTIFIERS])
{
	size_t count = 0;

	for (unsigned i = 0; i < MODEL_IDENTIFIERS; i++)
		if (mask >> i & 1)
			out[count++] = (uint8_t)i;
	return count;
}

/* One join that a record asks for. */
struct model_link {
	uint8_t a, b, place;
	uint16_t mask;
	int64_t time;
};

static int by_order(const void *a, const void *b)
{
	const struct model_link *p = a, *q = b;
	uint8_t x[MODEL_IDENTIFIERS], y[MODEL_IDENTIFIERS];
	size_t nx = members_of(p->mask, x), ny = members_of(q->mask, y);

	if ((p->b < EMAILS) != (q->b < EMAILS))
		return p->b < EMAILS ? -1 : 1;
	if (p->time != q->time)
		return p->time < q->time ? -1 : 1;
	for (size_t i = 0; i < nx && i < ny; i++)
		if (x[i] != y[i])
			return by_text(x[i], y[i]);
	return nx != ny ? (nx > ny) - (nx < ny) : (p->place > q->place) - (p->place < q->place);
}

/* Identifiers that are told with more than one user_id. */
static uint16_t shared_of(const struct model *model, const struct model_state *s)
{
	uint16_t shared = 0;

	for (unsigned i = USERS; i < MODEL_IDENTIFIERS; i++) {
		unsigned users = 0;
		for (uint64_t seq = 1; seq < model->end; seq++)
			if (s->shown[seq] && (model->log[seq].mask >> i & 1))
				users |= model->log[seq].mask & ((1u << USERS) - 1);
		if (__builtin_popcount(users) > 1)
			shared |= (uint16_t)(1u << i);
	}
	return shared;
}

static void join_sets(const struct model *model, const struct model_state *s, uint8_t *parent)
{
	static struct model_link links[MODEL_RECORDS_MAX * MODEL_IDENTIFIERS];
	uint16_t shared = shared_of(model, s);
	uint8_t members[MODEL_IDENTIFIERS];
	size_t count = 0;

	for (uint64_t seq = 1; seq < model->end; seq++) {
		const struct model_record *r = &model->log[seq];
		size_t n = s->shown[seq] ? members_of((uint16_t)(r->mask & ~shared), members) : 0;
		for (size_t i = 1; i < n; i++)
			links[count++] = (struct model_link){ .a = members[0],
				.b = members[i],
				.place = (uint8_t)i,
				.mask = r->mask,
				.time = r->kind == RECORD_ENTITY ? INT64_MIN : r->time_ms };
	}
	if (count > 0)
		qsort(links, count, sizeof(links[0]), by_order);
	for (size_t i = 0; i < count; i++)
		join(s, parent, links[i].a, links[i].b, false);
}

static void find_customers(const struct model *model, struct model_state *s)
{
	uint8_t parent[MODEL_IDENTIFIERS];
	for (unsigned i = 0; i < MODEL_IDENTIFIERS; i++)
		parent[i] = (uint8_t)i;
	s->live = 0;
	for (uint64_t seq = 1; seq < model->end; seq++)
		s->live = s->shown[seq] ? s->live | model->log[seq].mask : s->live;
	join_decisions(s, parent);
	join_sets(model, s, parent);
	for (unsigned i = 0; i < MODEL_IDENTIFIERS; i++)
		s->customer[i] = s->live >> i & 1 ? root(parent, i) : MODEL_NOBODY;
}

void model_state_of(const struct model *model, struct model_state *s)
{
	memset(s, 0, sizeof(*s));
	for (uint64_t seq = 1; seq < model->end; seq++)
		take(model, s, seq);
	for (uint64_t seq = 1; seq < model->end; seq++) {
		bool is_entity = model->log[seq].kind == RECORD_ENTITY;
		s->entities += s->shown[seq] && is_entity;
		s->events += s->shown[seq] && !is_entity;
	}
	find_customers(model, s);
}

/* ---- threads */

uint8_t model_customer_of(const struct model *model, const struct model_state *s, uint64_t seq)
{
	unsigned owner = (unsigned)__builtin_ctz(model->log[seq].mask); /* first in order */

	return s->customer[owner];
}

struct thread_order {
	const struct model *model;
	const struct model_state *state;
};

static int by_time(const void *a, const void *b, void *context)
{
	const struct thread_order *order = context;
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	int64_t tx = order->model->log[x].time_ms, ty = order->model->log[y].time_ms;

	if (tx != ty)
		return tx < ty ? -1 : 1;
	uint64_t ox = order->state->origin[x], oy = order->state->origin[y];
	return (ox > oy) - (ox < oy);
}

size_t model_thread(const struct model *model, const struct model_state *s, uint8_t customer,
	bool entities, uint64_t out[static MODEL_RECORDS_MAX])
{
	struct thread_order order = { model, s };
	size_t count = 0;

	for (uint64_t seq = 1; seq < model->end; seq++)
		if (s->shown[seq] && (model->log[seq].kind == RECORD_ENTITY) == entities &&
			model_customer_of(model, s, seq) == customer)
			out[count++] = seq;
	if (!entities && count > 0)
		qsort_r(out, count, sizeof(*out), by_time, &order);
	return count;
}

/* ---- erasing */

static size_t places_of_origins(
	const struct model *model, const struct model_state *s, const bool *wanted, uint64_t *out)
{
	size_t count = 0;

	for (uint64_t seq = 1; seq < model->end; seq++)
		if (model->log[seq].bytes != MODEL_STONE && wanted[s->origin[seq]])
			out[count++] = seq;
	return count;
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

size_t model_places_of_customer(
	const struct model *model, unsigned identifier, uint64_t out[static MODEL_RECORDS_MAX])
{
	struct model_state s;
	bool wanted[MODEL_RECORDS_MAX] = { 0 };
	uint16_t mask = (uint16_t)(1u << identifier);

	model_state_of(model, &s);
	for (unsigned i = 0; i < MODEL_IDENTIFIERS; i++)
		if (s.customer[identifier] != MODEL_NOBODY &&
			s.customer[i] == s.customer[identifier])
			mask |= (uint16_t)(1u << i);
	for (uint64_t seq = 1; seq < model->end; seq++)
		if (s.origin[seq] > 0 && (model->log[seq].mask & mask) != 0)
			wanted[s.origin[seq]] = true;
	size_t count = places_of_origins(model, &s, wanted, out);
	for (uint64_t seq = 1; seq < model->end; seq++) {
		const struct model_record *record = &model->log[seq];
		if (record->kind == RECORD_IDENTITY && record->bytes != MODEL_STONE &&
			((mask >> record->pair[0] & 1) || (mask >> record->pair[1] & 1)))
			out[count++] = seq;
	}
	if (count > 0)
		qsort(out, count, sizeof(*out), by_number);
	return count;
}

size_t model_places_of_event(
	const struct model *model, uint64_t seq, uint64_t out[static MODEL_RECORDS_MAX])
{
	struct model_state s;
	bool wanted[MODEL_RECORDS_MAX] = { 0 };

	model_state_of(model, &s);
	wanted[seq] = true;
	return places_of_origins(model, &s, wanted, out);
}

bool model_erased_before(const struct model *model, uint64_t place, uint64_t seq)
{
	for (uint64_t i = 1; i < seq; i++)
		for (size_t k = 0; k < model->log[i].place_count; k++)
			if (model->log[i].places[k] == place)
				return true;
	return false;
}

bool model_names(const struct model *model, unsigned identifier)
{
	for (uint64_t seq = 1; seq < model->end; seq++) {
		const struct model_record *record = &model->log[seq];
		bool decides = record->kind == RECORD_IDENTITY &&
			       (record->pair[0] == identifier || record->pair[1] == identifier);
		if (!record->is_erased && (decides || (record->mask >> identifier & 1)))
			return true;
	}
	return false;
}
