/* journey/map.c - see map.h */
#include "journey/map.h"

#include "base/map64.h"

#include <stdlib.h>
#include <string.h>

/* The times of an edge lie side by side after the second pass: from `first`, `count` of them. */
struct edge {
	uint64_t key; /* from << 32 | to, each + 1 */
	uint64_t count, customers, first;
	uint32_t last_customer; /* + 1; whom it was counted for last */
};

struct making {
	const struct threads_view *view;
	struct arena *arena; /* of one thread */
	struct map64 *index; /* key -> edge + 1 */
	struct edge *edges;
	size_t count, room;
	uint64_t *starts, *ends; /* by name */
	uint32_t *activity; /* of each what */
	int64_t *times;
	bool timing; /* second pass */
	struct map *out;
};

static struct edge *edge_of(struct making *m, uint32_t from, uint32_t to)
{
	uint64_t key = ((uint64_t)from + 1) << 32 | (to + 1), at;

	if (map64_get(m->index, key, &at))
		return &m->edges[at - 1];
	if (m->count == m->room) {
		m->room = MAX_OF(m->room * 2, (size_t)64);
		m->edges = memory_resize(m->edges, m->room * sizeof(*m->edges));
	}
	m->edges[m->count++] = (struct edge){ .key = key };
	map64_put(m->index, key, m->count);
	return &m->edges[m->count - 1];
}

static void pass_thread(struct making *m, const struct thread *thread, uint32_t customer)
{
	for (size_t i = 1; i < thread->count; i++) {
		struct edge *edge =
			edge_of(m, m->activity[thread->what[i - 1]], m->activity[thread->what[i]]);
		if (m->timing) {
			m->times[edge->first + edge->count++] =
				thread->time[i] - thread->time[i - 1];
			continue;
		}
		edge->count++;
		edge->customers += edge->last_customer != customer + 1;
		edge->last_customer = customer + 1;
	}
	if (m->timing || thread->count == 0)
		return;
	m->starts[m->activity[thread->what[0]]]++;
	m->ends[m->activity[thread->what[thread->count - 1]]]++;
	m->out->journeys++;
	m->out->events += thread->count;
}

static err pass(struct making *m, struct why *why)
{
	const struct identity_view *identity = threads_view_identity(m->view);
	err e = OK;

	for (uint32_t c = 0; e == OK && c < identity_customer_end(identity); c++) {
		struct thread thread;
		if (identity_customer(identity, c)->head == IDENTITY_NO_CODE)
			continue;
		arena_reset(m->arena);
		e = thread_of(m->view, c, m->arena, &thread, why);
		if (e == OK)
			pass_thread(m, &thread, c);
	}
	return e;
}

/* ---- the second pass, and what is made of it */

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static double seconds(int64_t ticks)
{
	return (double)ticks / (TICKS_PER_MS * 1000.0);
}

static struct map_edge finished(const struct making *m, const struct edge *edge)
{
	int64_t *times = m->times + edge->first;
	double sum = 0;

	for (uint64_t i = 0; i < edge->count; i++)
		sum += seconds(times[i]);
	qsort(times, edge->count, sizeof(*times), by_size);
	return (struct map_edge){ .from = (uint32_t)(edge->key >> 32) - 1,
		.to = (uint32_t)edge->key - 1,
		.count = edge->count,
		.customers = edge->customers,
		.mean_s = sum / (double)edge->count,
		.median_s = seconds(times[(edge->count - 1) / 2]),
		.p90_s = seconds(times[(edge->count - 1) * 9 / 10]) };
}

static err time_edges(struct making *m, struct why *why)
{
	uint64_t total = 0;

	for (size_t i = 0; i < m->count; i++) {
		m->edges[i].first = total;
		total += m->edges[i].count;
		m->edges[i].count = 0;
	}
	m->times = memory_alloc((total + 1) * sizeof(*m->times));
	m->timing = true;
	return pass(m, why);
}

static int by_names(const struct threads_view *view, uint32_t a, uint32_t b)
{
	return str_compare(threads_view_name(view, a), threads_view_name(view, b));
}

static int by_edge_count(const void *a, const void *b, void *view)
{
	const struct map_edge *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	int order = by_names(view, x->from, y->from);
	return order != 0 ? order : by_names(view, x->to, y->to);
}

static int by_end_count(const void *a, const void *b, void *view)
{
	const struct map_end *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return by_names(view, x->step, y->step);
}

static void *mutable(const struct threads_view *view) /* qsort_r's context is not const */
{
	union {
		const struct threads_view *is;
		void *as;
	} same = { view };

	return same.as;
}

static void collect_ends(const struct making *m, const uint64_t *counts, size_t names,
	struct map_end **out, size_t *n)
{
	*out = memory_alloc((names + 1) * sizeof(**out));
	for (uint32_t i = 0; i < names; i++)
		if (counts[i] > 0)
			(*out)[(*n)++] = (struct map_end){ i, counts[i] };
	qsort_r(*out, *n, sizeof(**out), by_end_count, mutable(m->view));
}

static void collect(struct making *m, size_t names)
{
	struct map *out = m->out;

	out->edges = memory_alloc((m->count + 1) * sizeof(*out->edges));
	for (size_t i = 0; i < m->count; i++)
		out->edges[out->edge_count++] = finished(m, &m->edges[i]);
	qsort_r(out->edges, out->edge_count, sizeof(*out->edges), by_edge_count, mutable(m->view));
	collect_ends(m, m->starts, names, &out->starts, &out->start_count);
	collect_ends(m, m->ends, names, &out->ends, &out->end_count);
	out->customers = out->journeys;
}

/* Names of activities are names of threads: the highest that occurs, plus one. */
static size_t read_activities(struct making *m)
{
	size_t whats = threads_view_what_count(m->view), names = 0;

	m->activity = memory_alloc((whats + 1) * sizeof(*m->activity));
	for (uint32_t i = 0; i < whats; i++) {
		m->activity[i] = threads_view_what(m->view, i).activity;
		names = MAX_OF(names, (size_t)m->activity[i] + 1);
	}
	return names;
}

enum { THREAD_BYTES_MAX = 1 << 30 };

err map_of(const struct threads_view *view, size_t bytes_max, struct map *out, struct why *why)
{
	AUTO_ARENA arena = arena_create(THREAD_BYTES_MAX);
	struct making m = { .view = view, .arena = arena, .out = out };
	uint64_t bytes = threads_view_events(view) * sizeof(int64_t);

	*out = (struct map){ 0 };
	if (bytes > bytes_max)
		return fail(why, MSG_MAP_TOO_LARGE, arg_int((int64_t)bytes),
			arg_int((int64_t)bytes_max));
	size_t names = read_activities(&m);
	m.index = map64_create();
	m.starts = memory_alloc((names + 1) * sizeof(*m.starts));
	m.ends = memory_alloc((names + 1) * sizeof(*m.ends));
	err e = pass(&m, why);
	if (e == OK)
		e = time_edges(&m, why);
	if (e == OK)
		collect(&m, names);
	map64_free(m.index);
	free(m.edges);
	free(m.starts);
	free(m.ends);
	free(m.activity);
	free(m.times);
	return e;
}

void map_done(struct map *map)
{
	free(map->edges);
	free(map->starts);
	free(map->ends);
	*map = (struct map){ 0 };
}
