/* journey/variants.c - see variants.h: journeys into the bins of their hashes */
#include "journey/variants.h"

#include "journey/plan_internal.h"
#include "journey/variants_internal.h"

#include "base/chunks.h"
#include "base/hash.h"
#include "base/random.h"

#include <stdlib.h>
#include <string.h>

unsigned variants_hash_bits;
size_t variants_block_bytes;

/* ---- a bin */

enum { SPARE_BYTES = 8 }; /* steps are put down by 8 bytes */

static err refuse(const struct variant_search *s, struct why *why)
{
	return fail(why, MSG_JOURNEY_ROOM,
		arg_int((int64_t)journey_plan_limits(s->plan)->bytes_max), arg_c("--since"));
}

static struct trip_block *block_alloc(size_t bytes)
{
	struct trip_block *block = bytes == TRIP_BLOCK_BYTES
					   ? chunk_alloc(bytes, CHUNK_PAGES_LARGE, false)
					   : memory_resize(NULL, bytes);

	block->bytes = bytes;
	block->used = 0;
	return block;
}

static void block_free(struct trip_block *block)
{
	if (block->bytes == TRIP_BLOCK_BYTES)
		chunk_free(block, block->bytes);
	else
		free(block);
}

/* What the last block holds is noted when it is left. */
static void close_block(struct bin *bin)
{
	struct trip_block *last;

	if (bin->blocks.count == 0)
		return;
	last = bin->blocks.items[bin->blocks.count - 1];
	last->used = (size_t)(bin->at - (char *)last->data);
}

static err add_block(const struct variant_search *s, struct bin *bin, size_t bytes, struct why *why)
{
	struct journey_limits *limits = journey_plan_limits(s->plan);
	size_t all =
		MAX_OF(sizeof(struct trip_block) + bytes + SPARE_BYTES, (size_t)TRIP_BLOCK_BYTES);
	void *items = bin->blocks.items;

	if (bin->blocks.count >> (32 - TRIP_PLACE_BITS) != 0)
		return refuse(s, why);
	err e = limits_room(limits, &items, &bin->blocks.room, bin->blocks.count,
		sizeof(*bin->blocks.items), why);
	bin->blocks.items = items;
	if (e == OK)
		e = limits_take(limits, all, why);
	if (e != OK)
		return e;
	close_block(bin);
	struct trip_block *block = block_alloc(all);
	bin->blocks.items[bin->blocks.count++] = block;
	bin->at = (char *)block->data;
	bin->end = (char *)block + all;
	return OK;
}

static void bin_done(const struct variant_search *s, struct bin *bin)
{
	size_t bytes = bin->blocks.room * sizeof(*bin->blocks.items);

	for (size_t i = 0; i < bin->blocks.count; i++) {
		bytes += bin->blocks.items[i]->bytes;
		block_free(bin->blocks.items[i]);
	}
	free(bin->blocks.items);
	limits_give(journey_plan_limits(s->plan), bytes);
}

/* ---- a part: journeys, their steps packed, into the bins of their hashes */

struct part {
	const struct variant_search *search;
	struct bin *bins;
	const uint8_t *code_steps; /* by what: a packed step, where it is one byte */
	uint64_t *words; /* the packed steps of one journey, zeros behind */
	size_t word_room;
	uint64_t customers, journeys, events;
	uint32_t last_customer;
};

static void pack_codes(uint64_t *words, const uint32_t *what, size_t count, const uint8_t *steps)
{
	for (; count >= 8; count -= 8, what += 8)
		*words++ = (uint64_t)steps[what[0]] | (uint64_t)steps[what[1]] << 8 |
			   (uint64_t)steps[what[2]] << 16 | (uint64_t)steps[what[3]] << 24 |
			   (uint64_t)steps[what[4]] << 32 | (uint64_t)steps[what[5]] << 40 |
			   (uint64_t)steps[what[6]] << 48 | (uint64_t)steps[what[7]] << 56;
	*words = 0;
	while (count-- > 0)
		*words = *words << 8 | steps[what[count]];
}

static void pack_steps(
	uint64_t *words, const struct journey_run *run, size_t from, size_t count, unsigned width)
{
	size_t in_word = 8 / width;

	for (; count >= in_word; count -= in_word, from += in_word) {
		*words = 0;
		for (size_t i = in_word; i-- > 0;)
			*words = *words << (8 * width) | journey_run_step(run, from + i);
		words++;
	}
	*words = 0;
	while (count-- > 0)
		*words = *words << (8 * width) | journey_run_step(run, from + count);
}

/* Of journey k, whose events begin at `from`. */
static err keep(struct part *p, const struct journey_run *run, size_t k, size_t from, size_t bytes,
	struct why *why)
{
	const struct variant_search *s = p->search;
	size_t length = run->end[k] - from, words = bytes / 8 + 1;
	uint64_t hash = hash64(s->seed ^ length, (str){ (const char *)p->words, words * 8 });

	if (variants_hash_bits > 0)
		hash &= ((uint64_t)1 << variants_hash_bits) - 1;
	struct bin *bin = &p->bins[hash >> (64 - VARIANT_PARTITION_BITS)];
	size_t room = trip_bytes(length, s->width);
	if ((size_t)(bin->end - bin->at) < room + SPARE_BYTES) {
		err e = add_block(s, bin, room, why);
		if (e != OK)
			return e;
	}
	struct trip *trip = (struct trip *)bin->at;
	trip->hash = hash;
	trip->ticks = (uint64_t)run->time[run->end[k] - 1] - (uint64_t)run->time[from];
	trip->customer = run->customer;
	trip->length = (uint32_t)length & TRIP_LENGTH_MAX;
	trip->outcome = run->outcome[k] & 3U;
	trip->is_first = 0;
	trip->mark = 0;
	for (size_t i = 0; i * 8 < bytes; i++)
		memcpy(trip->steps + i * 8, &p->words[i], 8);
	bin->at += room;
	return OK;
}

static err take_journey(
	struct part *p, const struct journey_run *run, size_t k, size_t from, struct why *why)
{
	size_t length = run->end[k] - from, bytes = length * p->search->width;

	if (length > TRIP_LENGTH_MAX)
		return refuse(p->search, why);
	if (bytes / 8 + 1 > p->word_room) {
		p->word_room = (bytes / 8 + 1) * 2;
		p->words = memory_resize(p->words, p->word_room * sizeof(*p->words));
	}
	if (run->step == NULL && p->search->width == 1)
		pack_codes(p->words, run->what + from, length, p->code_steps);
	else
		pack_steps(p->words, run, from, length, p->search->width);
	return keep(p, run, k, from, bytes, why);
}

static err take(void *context, const struct journey_run *runs, size_t count, struct why *why)
{
	struct part *p = context;
	err e = OK;

	for (size_t i = 0; e == OK && i < count; i++) {
		const struct journey_run *run = &runs[i];
		p->events += run->events;
		p->journeys += run->journeys;
		p->customers += p->last_customer != run->customer + 1;
		p->last_customer = run->customer + 1;
		for (size_t k = 0, from = 0; e == OK && k < run->journeys; from = run->end[k++])
			e = take_journey(p, run, k, from, why);
	}
	return e;
}

static uint8_t *steps_of_codes(const struct journey_plan *plan)
{
	size_t whats = threads_view_what_count(plan->view);
	uint8_t *steps = memory_alloc(whats + 1);

	for (size_t w = 0; plan->plain_steps != NULL && w < whats; w++)
		steps[w] = (uint8_t)plan->plain_steps[w];
	return steps;
}

static err fill_bins(struct variant_search *s, struct variants *out, struct why *why)
{
	struct part parts[JOURNEY_THREADS_MAX];
	void *pointers[JOURNEY_THREADS_MAX];
	uint8_t *code_steps = steps_of_codes(s->plan);

	for (unsigned i = 0; i < s->part_count; i++) {
		parts[i] =
			(struct part){ .search = s, .bins = s->bins[i], .code_steps = code_steps };
		pointers[i] = &parts[i];
	}
	err e = journey_pass_runs(
		s->plan, take, RUN_STEPS | RUN_TIMES | RUN_ENDS, pointers, s->part_count, why);
	for (unsigned i = 0; i < s->part_count; i++) {
		out->customers += parts[i].customers;
		out->events += parts[i].events;
		out->journeys += parts[i].journeys;
		for (size_t k = 0; k < VARIANT_PARTITIONS; k++)
			close_block(&s->bins[i][k]);
		free(parts[i].words);
	}
	free(code_steps);
	return e;
}

/* ---- names in order, so that equal counts are told in an order that nobody's hash decides */

static int by_name(const void *a, const void *b, void *plan)
{
	const struct journey_plan *const *p = plan;

	return str_compare(journey_plan_step_name(*p, *(const uint32_t *)a),
		journey_plan_step_name(*p, *(const uint32_t *)b));
}

static void rank_steps(struct variant_search *s)
{
	size_t steps = journey_plan_steps(s->plan);
	uint32_t *order = memory_alloc((steps + 1) * sizeof(*order));

	s->rank = memory_alloc((steps + 1) * sizeof(*s->rank));
	for (uint32_t i = 0; i < steps; i++)
		order[i] = i;
	qsort_r(order, steps, sizeof(*order), by_name, &s->plan);
	for (uint32_t i = 0; i < steps; i++)
		s->rank[order[i]] = i;
	free(order);
}

/* ---- the whole */

/* The bins of all parts, one behind the other. */
static err join_bins(struct variant_search *s, size_t i, struct why *why)
{
	struct trip_blocks *to = &s->partitions[i];
	err e = OK;

	for (unsigned part = 0; part < s->part_count; part++)
		for (size_t k = 0; e == OK && k < s->bins[part][i].blocks.count; k++) {
			void *items = to->items;
			e = limits_room(journey_plan_limits(s->plan), &items, &to->room, to->count,
				sizeof(*to->items), why);
			to->items = items;
			if (e == OK)
				to->items[to->count++] = s->bins[part][i].blocks.items[k];
		}
	return e == OK && to->count >> (32 - TRIP_PLACE_BITS) != 0 ? refuse(s, why) : e;
}

static err search(struct variant_search *s, struct variants *out, struct why *why)
{
	err e = fill_bins(s, out, why);

	for (size_t i = 0; e == OK && i < VARIANT_PARTITIONS; i++)
		e = join_bins(s, i, why);
	if (e != OK)
		return e;
	rank_steps(s);
	e = variants_count(s, why);
	return e == OK ? variants_tell(s, out, why) : e;
}

static void search_done(struct variant_search *s)
{
	struct journey_limits *limits = journey_plan_limits(s->plan);

	for (unsigned part = 0; part < s->part_count; part++)
		for (size_t i = 0; i < VARIANT_PARTITIONS; i++)
			bin_done(s, &s->bins[part][i]);
	for (size_t i = 0; i < VARIANT_PARTITIONS; i++) {
		limits_give(limits, s->partitions[i].room * sizeof(*s->partitions[i].items));
		free(s->partitions[i].items);
	}
	limits_give(limits, s->top_room * sizeof(*s->top));
	free(s->bins);
	free(s->rank);
	free(s->top);
}

err variants_make(
	const struct journey_plan *plan, size_t most, struct variants *out, struct why *why)
{
	size_t steps = journey_plan_steps(plan);
	struct variant_search s = { .plan = plan, .most = most };
	struct variants made = { .bytes = 0 };

	s.width = steps <= 1 << 8 ? 1 : steps <= 1 << 16 ? 2 : 4;
	s.part_count = journey_pass_parts(plan);
	s.bins = memory_alloc(s.part_count * sizeof(*s.bins));
	secret_bytes(&s.seed, sizeof(s.seed));
	err e = search(&s, &made, why);
	search_done(&s);
	if (e == OK)
		*out = made;
	else
		variants_done(plan, &made);
	return e;
}

void variants_done(const struct journey_plan *plan, struct variants *variants)
{
	limits_give(journey_plan_limits(plan), variants->bytes);
	free(variants->top);
	*variants = (struct variants){ .bytes = 0 };
}
