/* api/capture.c - see capture.h: from a body to a durable batch and its answer. */
#include "api/capture.h"

#include "api/capture_internal.h"

#include "engine/waiting.h"

#include <stdlib.h>
#include <string.h>

enum { ANSWER_BYTES_MAX = 65536, RAW_BYTES_MAX = 4 * SOURCE_PAYLOAD_BYTES };

struct capture *capture_create(const struct capture_options *options)
{
	struct capture *c = memory_alloc(sizeof(*c));

	c->options = *options;
	if (c->options.clock == NULL)
		c->options.clock = clock_real();
	c->sources = options->sources;
	c->hooks = hooks_create(NULL, 0, NULL);
	mutex_init(&c->lock);
	return c;
}

void capture_free(struct capture *c)
{
	if (c == NULL)
		return;
	ASSERT(atomic_load(&c->waiting_bytes) == 0);
	while (c->idle != NULL) {
		struct scratch *s = c->idle;
		c->idle = s->next;
		json_parser_free(s->parser);
		arena_free(s->arena);
		free(s);
	}
	hooks_unref(c->hooks);
	mutex_done(&c->lock);
	free(c);
}

void capture_routes(struct capture *c, struct http_routes out[static CAPTURE_TABLES])
{
	out[0] = (struct http_routes){ segment_routes, segment_route_count, c };
	out[1] = (struct http_routes){ posthog_routes, posthog_route_count, c };
	out[2] = (struct http_routes){ cloud_routes, cloud_route_count, c };
	out[3] = (struct http_routes){ tag_routes, tag_route_count, c };
	out[4] = (struct http_routes){ hook_routes, hook_route_count, c };
}

struct sources *capture_sources(struct capture *c)
{
	return c->sources;
}

void capture_set_hooks(struct capture *c, struct hooks *hooks)
{
	mutex_lock(&c->lock);
	struct hooks *before = c->hooks;
	c->hooks = hooks;
	mutex_unlock(&c->lock);
	hooks_unref(before);
}

struct hooks *capture_hooks(struct capture *c)
{
	mutex_lock(&c->lock);
	struct hooks *hooks = hooks_ref(c->hooks);
	mutex_unlock(&c->lock);
	return hooks;
}

/* ---- scratch: as many as workers read bodies at once */

static struct scratch *scratch_take(struct capture *c)
{
	mutex_lock(&c->lock);
	struct scratch *s = c->idle;
	if (s != NULL)
		c->idle = s->next;
	mutex_unlock(&c->lock);
	if (s != NULL)
		return s;
	s = memory_alloc(sizeof(*s));
	s->parser = json_parser_create(NULL);
	s->arena = arena_create(HTTP_ARENA_BYTES_MAX);
	return s;
}

static void scratch_give(struct capture *c, struct scratch *s)
{
	arena_reset(s->arena);
	mutex_lock(&c->lock);
	s->next = c->idle;
	c->idle = s;
	mutex_unlock(&c->lock);
}

/* ---- what the forms call */

static void set_source(struct capture_job *job, str source)
{
	job->source = sources_get(job->capture->sources, source);
	job->preparation.default_source = source;
}

err job_key(struct capture_job *job, str key, struct why *why)
{
	if (job->source != NULL)
		return OK;
	if (key.len == 0)
		return fail(why, MSG_CAPTURE_KEY_MISSING);
	err e = job->capture->options.find(
		job->capture->options.context, key, job->source_name, why);
	if (e != OK)
		return e;
	set_source(job, str_of(job->source_name));
	return OK;
}

bool job_has_key(const struct capture_job *job)
{
	return job->source != NULL;
}

err job_json(struct capture_job *job, str text, struct json *out, struct why *why)
{
	return json_parse(job->scratch->parser, text, job->scratch->arena, out, why);
}

err job_expect(struct capture_job *job, size_t count, size_t most, struct why *why)
{
	if (count > most)
		return fail(why, MSG_CAPTURE_MANY, arg_int((int64_t)count), arg_int((int64_t)most));
	job->room = count;
	job->prepared = arena_array(job->scratch->arena, count, sizeof(*job->prepared));
	job->items = arena_array(job->arena, count, sizeof(*job->items));
	return job->prepared == NULL || job->items == NULL
		       ? fail(why, MSG_NO_ROOM, arg_c("batch"), arg_int((int64_t)count))
		       : OK;
}

err job_add(struct capture_job *job, const struct record *record, struct why *why)
{
	struct prepared *p = &job->prepared[job->count];

	ASSERT(job->count < job->room);
	err e = item_begin(&job->preparation, record, job->arena, p, why);
	size_t bytes = e == OK ? p->kept->bytes.len : 0;
	if (bytes > CAPTURE_EVENT_BYTES_MAX)
		e = fail(why, MSG_CAPTURE_EVENT_LONG, arg_int((int64_t)bytes),
			arg_int(CAPTURE_EVENT_BYTES_MAX));
	job->count += e == OK;
	return e;
}

err job_refuse(struct capture_job *job, size_t i, const struct json *event, struct why *why)
{
	struct strbuf raw = strbuf_heap(RAW_BYTES_MAX);

	if (event != NULL) {
		struct json_writer w = json_writer_of(&raw, JSON_COMPACT);
		json_put_tree(&w, event); /* what has no room is cut */
	}
	if (job->source != NULL)
		source_reject(job->source, why, (str){ raw.ptr, raw.len });
	strbuf_done(&raw);
	job->rejected++;
	if (job->told == NULL)
		job->told = arena_array(job->arena, CAPTURE_ERRORS_TOLD_MAX, sizeof(*job->told));
	if (job->told != NULL && job->told_count < CAPTURE_ERRORS_TOLD_MAX)
		job->told[job->told_count++] = (struct told_error){ i, *why };
	if (!job->is_batch)
		return message_code(why->message);
	*why = (struct why){ 0 };
	return OK;
}

/* ---- answers */

/* A limit is 413, another coding 415; else what the error's kind says. */
static void refuse(struct capture_job *job, const struct why *why)
{
	enum message m = why->message;

	if (m == MSG_CAPTURE_KEY_MISSING || (job->source == NULL && message_code(m) == ERR_DENIED))
		http_refuse(job->x, 401, why);
	else if (m == MSG_CAPTURE_CODING)
		http_refuse(job->x, 415, why);
	else
		http_fail(job->x, why);
}

static void tell_later(struct capture_job *job, const struct why *why, int64_t retry_s)
{
	struct strbuf seconds = strbuf_in(http_arena(job->x), 24);
	const struct source_counts more = { .limited = 1 };

	source_add(job->source, &more);
	strbuf_add_int(&seconds, retry_s);
	if (strbuf_ok(&seconds))
		http_set(job->x, "Retry-After", strbuf_str(&seconds));
	http_refuse(job->x, 429, why);
}

static void put_told(const struct capture_job *job, struct json_writer *w)
{
	struct strbuf words = strbuf_heap(8192);

	json_put_key(w, STR("errors"));
	json_put_array(w);
	for (size_t i = 0; i < job->told_count; i++) {
		json_put_object(w);
		json_member_uint(w, "index", job->told[i].index);
		json_member_string(w, "code", message_kebab(job->told[i].why.message));
		strbuf_clear(&words);
		why_words(&job->told[i].why, http_language(job->x), &words);
		json_member_string(w, "detail", strbuf_str(&words));
		json_put_end(w);
	}
	json_put_end(w);
	strbuf_done(&words);
}

static void answer_good(struct capture_job *job)
{
	struct strbuf out = strbuf_heap(ANSWER_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_COMPACT);

	if (job->rejected == 0) {
		http_answer(job->x, 200, "application/json", STR("{\"success\":true}\n"));
		return;
	}
	json_put_object(&w);
	json_put_key(&w, STR("success"));
	json_put_bool(&w, true);
	json_member_uint(&w, "accepted", job->count);
	json_member_uint(&w, "rejected", job->rejected);
	put_told(job, &w);
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	http_answer_built(job->x, 200, "application/json", &out);
}

static void count_items(struct capture_job *job)
{
	struct clock *clock = job->capture->options.clock;
	struct source_counts more = {
		.requests = 1, .bytes = job->body_bytes, .last_ms = clock->now_ms(clock)
	};

	for (size_t i = 0; i < job->count; i++) {
		more.accepted += job->items[i].status == ITEM_NEW;
		/* Sent again it has another sentAt, and so another time: its id tells who it is. */
		more.duplicates += job->items[i].status == ITEM_DUPLICATE ||
				   job->items[i].status == ITEM_CONFLICT;
		more.erased += job->items[i].status == ITEM_ERASED;
	}
	source_add(job->source, &more);
}

/* On the writer's thread. */
static void answered(struct submission *submission)
{
	struct capture_job *job = submission->context;
	struct why why = submission->why;

	if (submission->result == OK) {
		count_items(job);
		job->answer(job);
	} else if (submission->result == ERR_CANCELLED) {
		http_refuse(job->x, 503, &why);
	} else {
		http_fail(job->x, &why);
	}
}

/* ---- the way of a request */

static void done(void *context)
{
	struct capture_job *job = context;

	atomic_fetch_sub(&job->capture->waiting_bytes, job->waiting_bytes);
	submission_done(&job->submission);
}

static struct capture_job *begin(struct capture *c, struct http_exchange *x)
{
	struct capture_job *job = arena_alloc(http_arena(x), sizeof(*job));

	ASSERT(job != NULL); /* the first thing in it */
	job->capture = c;
	job->x = x;
	job->arena = http_arena(x);
	job->scratch = scratch_take(c);
	job->received_ms = http_received_ms(x);
	job->body_bytes = http_body(x).len;
	job->answer = answer_good;
	job->preparation =
		(struct preparation){ .rules = c->options.rules, .secret = c->options.secret };
	submission_init(&job->submission, NULL, 0);
	http_when_done(x, done, job);
	return job;
}

static err read_body(struct capture_job *job, size_t bytes_max, capture_read *read, struct why *why)
{
	str key = job->source == NULL ? capture_key_of(job->x) : STR(""), body;
	err e = key.len > 0 ? job_key(job, key, why) : OK;

	if (e == OK)
		e = capture_inflate(
			job->x, http_body(job->x), bytes_max, job->scratch->arena, &body, why);
	if (e != OK)
		return e;
	e = read(job, body, why);
	if (e != OK && job->source != NULL && job->rejected == 0)
		source_reject(job->source, why, body);
	return e;
}

static void submit(struct capture_job *job)
{
	struct capture *c = job->capture;
	struct why why = { 0 };

	job->waiting_bytes = arena_taken(job->arena);
	size_t before = atomic_fetch_add(&c->waiting_bytes, job->waiting_bytes);
	submission_reset(&job->submission, job->items, job->count);
	job->submission.context = job;
	job->submission.answered = answered;
	err e = before + job->waiting_bytes > CAPTURE_WAITING_BYTES_MAX
			? ERR_FULL
			: writer_submit(c->options.writer, &job->submission, 0, &why);
	if (e == OK)
		return; /* the answer comes from the writer, if it has not come already */
	if (e != ERR_FULL) {
		http_refuse(job->x, e == ERR_CANCELLED ? 503 : 500, &why);
		return;
	}
	e = fail(&why, MSG_CAPTURE_FULL, arg_int(CAPTURE_RETRY_S));
	ASSERT(e != OK);
	tell_later(job, &why, CAPTURE_RETRY_S);
}

/* With a batch of none but bad ones, the first tells why. */
static void finish(struct capture_job *job)
{
	struct why why = { 0 };
	int64_t retry_s = 0;
	err e = OK;

	if (job->count == 0 && job->told_count > 0) {
		http_fail(job->x, &job->told[0].why);
		return;
	}
	if (job->count == 0) { /* an empty batch is a good one */
		job->answer(job);
		return;
	}
	if (!source_may_send(job->source, job->count, &retry_s)) {
		e = fail(&why, MSG_CAPTURE_LIMITED, arg_c(job->source_name), arg_int(retry_s));
		ASSERT(e != OK);
		tell_later(job, &why, retry_s);
		return;
	}
	items_finish(&job->preparation, job->prepared, job->count);
	for (size_t i = 0; i < job->count; i++)
		job->items[i] = job->prepared[i].item;
	submit(job);
}

static void run(struct capture_job *job, size_t body_bytes_max, capture_read *read)
{
	struct capture *c = job->capture;
	struct scratch *scratch = job->scratch;
	struct why why = { 0 };
	err e = read_body(job, body_bytes_max, read, &why);

	if (e == OK && job->source == NULL)
		e = fail(&why, MSG_CAPTURE_KEY_MISSING);
	if (e == OK)
		finish(job); /* the job may be gone after it */
	else
		refuse(job, &why);
	scratch_give(c, scratch);
}

void capture_run(
	struct capture *c, struct http_exchange *x, size_t body_bytes_max, capture_read *read)
{
	run(begin(c, x), body_bytes_max, read);
}

void capture_run_for(struct capture *c, struct http_exchange *x, str source, size_t body_bytes_max,
	capture_read *read, const void *context)
{
	struct capture_job *job = begin(c, x);
	size_t len = MIN_OF(source.len, sizeof(job->source_name) - 1);

	memcpy(job->source_name, source.ptr, len); /* a reload may take the hook away meanwhile */
	set_source(job, str_of(job->source_name));
	job->context = context;
	run(job, body_bytes_max, read);
}

/* ---- without HTTP */

static void begin_alone(struct capture_job *job, struct capture *c, str source, struct arena *arena)
{
	*job = (struct capture_job){ .capture = c,
		.arena = arena,
		.scratch = scratch_take(c),
		.received_ms = c->options.clock->now_ms(c->options.clock),
		.is_batch = true };
	job->preparation =
		(struct preparation){ .rules = c->options.rules, .secret = c->options.secret };
	set_source(job, source);
	submission_init(&job->submission, NULL, 0);
}

static void end_alone(struct capture_job *job)
{
	submission_done(&job->submission);
	scratch_give(job->capture, job->scratch);
}

/* Waits until what was added is durable. */
static err commit(struct capture_job *job, struct why *why)
{
	if (job->count == 0)
		return OK;
	items_finish(&job->preparation, job->prepared, job->count);
	for (size_t i = 0; i < job->count; i++)
		job->items[i] = job->prepared[i].item;
	submission_reset(&job->submission, job->items, job->count);
	err e = writer_submit(job->capture->options.writer, &job->submission, WAIT_FOREVER, why);
	if (e == OK)
		e = submission_wait(&job->submission, WAIT_FOREVER, why);
	if (e == OK)
		count_items(job);
	return e;
}

err capture_take(
	struct capture *c, str source, const struct record *records, size_t count, struct why *why)
{
	AUTO_ARENA arena = arena_create(HTTP_ARENA_BYTES_MAX);
	struct capture_job job;

	begin_alone(&job, c, source, arena);
	err e = job_expect(&job, count, SUBMISSION_ITEMS_MAX, why);
	for (size_t i = 0; e == OK && i < count; i++)
		e = job_add(&job, &records[i], why);
	if (e == OK)
		e = commit(&job, why);
	end_alone(&job);
	return e;
}

/* The documents of one body, in *told; none if it is no JSON, which is counted. */
static struct json_items documents_of(
	struct capture_job *job, const struct capture_reading *reading, str body, struct json *told)
{
	struct json_items documents = { 0 };
	struct why why = { 0 };
	err e = job_json(job, body, told, &why);

	if (e == OK)
		e = body_documents(told, reading->events, &documents, &why);
	if (e == OK && documents.count > HOOK_EVENTS_MAX)
		e = fail(&why, MSG_CAPTURE_MANY, arg_int((int64_t)documents.count),
			arg_int(HOOK_EVENTS_MAX));
	if (e == OK)
		return documents;
	source_reject(job->source, &why, body);
	return (struct json_items){ 0 };
}

static err take_body(struct capture_job *job, const struct capture_reading *reading,
	const struct capture_body *body, struct why *why)
{
	struct json told;
	struct json_items documents = documents_of(job, reading, body->body, &told);
	const struct body_options options = { .mapping = reading->mapping,
		.beside = body->beside,
		.beside_count = body->beside_count,
		.received_ms = job->received_ms };
	struct body_map *map = body_map_create(&options);
	err e = OK;

	job->body_bytes += body->body.len;
	for (size_t i = 0; e == OK && i < documents.count; i++) {
		struct why reason = { 0 };
		e = body_add(job, map, &documents.items[i], &reason);
		if (e != OK)
			e = job_refuse(job, i, &documents.items[i], &reason);
		if (e != OK && why != NULL)
			*why = reason;
	}
	body_map_free(map);
	return e;
}

/* One submission: of the first bodies, *taken of them, as many as surely fit. */
static err take_some(struct capture *c, str source, const struct capture_reading *reading,
	const struct capture_body *bodies, size_t count, size_t *taken, struct why *why)
{
	AUTO_ARENA arena = arena_create(HTTP_ARENA_BYTES_MAX);
	struct capture_job job;
	size_t bytes = 0;

	begin_alone(&job, c, source, arena);
	err e = job_expect(&job, SUBMISSION_ITEMS_MAX, SUBMISSION_ITEMS_MAX, why);
	for (*taken = 0; e == OK && *taken < count; (*taken)++) {
		bytes += bodies[*taken].body.len;
		if (*taken > 0 && (job.count + HOOK_EVENTS_MAX > SUBMISSION_ITEMS_MAX ||
					  bytes > CAPTURE_LARGE_BYTES_MAX))
			break;
		e = take_body(&job, reading, &bodies[*taken], why);
	}
	if (e == OK)
		e = commit(&job, why);
	end_alone(&job);
	return e;
}

err capture_take_bodies(struct capture *c, str source, const struct capture_reading *reading,
	const struct capture_body *bodies, size_t count, struct why *why)
{
	size_t taken = 0;
	err e = OK;

	for (size_t done = 0; e == OK && done < count; done += taken)
		e = take_some(c, source, reading, bodies + done, count - done, &taken, why);
	return e;
}
