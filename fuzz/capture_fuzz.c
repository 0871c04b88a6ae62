/* fuzz/capture_fuzz.c - any bytes as the body of a request to capture, gzip or not.
 *
 * The first byte says which form: 0 a call, 1 a batch, 2 PostHog's, 3 CloudEvents.  Whatever is
 * made of it is a record that the journal takes and reads back, of the source of the key, within
 * the limits; masking what was sent shows no more bytes than there were. */
#include "api/capture_internal.h"
#include "api/http_internal.h"
#include "event/codec.h"
#include "fuzz.h"

#include <string.h>

static err find(void *context, str key, char source[static CAPTURE_SOURCE_BYTES], struct why *why)
{
	(void)context;
	if (key.len == 0)
		return fail(why, MSG_CAPTURE_KEY_MISSING);
	memcpy(source, "fuzz", 5);
	return OK;
}

static void check_item(const struct engine_item *item, struct arena *arena)
{
	struct record record;
	struct why why = { 0 };

	ASSERT(item->bytes.len <= CAPTURE_EVENT_BYTES_MAX + 64);
	ASSERT(record_decode(item->bytes, arena, &record, &why) == OK);
	ASSERT(record_check(&record, &why) == OK);
	ASSERT(str_equal(record.source, STR("fuzz")) && record.message_id.len > 0);
}

static void check_all(struct capture_job *job)
{
	items_finish(&job->preparation, job->prepared, job->count);
	for (size_t i = 0; i < job->count; i++)
		check_item(&job->prepared[i].item, job->scratch->arena);
}

static void check_mask(str body)
{
	struct strbuf out = strbuf_heap(SOURCE_PAYLOAD_BYTES);

	source_mask(body, SOURCE_PAYLOAD_BYTES, &out);
	ASSERT(out.len <= body.len && !out.failed);
	strbuf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static capture_read *const readers[] = { segment_read_call, segment_read_batch,
		posthog_read, cloud_read };
	static const struct http_route route = { .pattern = "/", .data = "track" };
	static const uint8_t secret[DEDUP_SECRET_BYTES] = { 1 };
	static struct capture *capture;
	struct capture_options options = { .find = find, .secret = secret };

	if (size == 0)
		return 0;
	if (capture == NULL) {
		options.sources = sources_create(clock_real(), 0);
		capture = capture_create(&options);
	}
	str body = { (const char *)data + 1, size - 1 }, plain;
	struct http_exchange x = { .arena = arena_create((size_t)16 << 20) };
	struct scratch scratch = { .parser = json_parser_create(NULL),
		.arena = arena_create((size_t)16 << 20) };
	struct capture_job job = { .capture = capture,
		.x = &x,
		.arena = x.arena,
		.scratch = &scratch,
		.received_ms = 1795000000000 };
	struct why why = { 0 };

	x.match.route = &route;
	job.preparation.secret = secret;
	check_mask(body);
	err e = capture_inflate(&x, body, 1 << 20, scratch.arena, &plain, &why);
	if (e == OK && data[0] >= 4) /* as with Basic authorisation: the body needs no key */
		e = job_key(&job, STR("k"), &why);
	if (e == OK)
		e = readers[data[0] % ARRAY_LEN(readers)](&job, plain, &why);
	ASSERT(e == OK || why.message != MSG_NONE);
	if (e == OK)
		check_all(&job);
	json_parser_free(scratch.parser);
	arena_free(scratch.arena);
	arena_free(x.arena);
	return 0;
}
