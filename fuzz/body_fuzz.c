/* fuzz/body_fuzz.c - any JSON as the body of a webhook, any bytes as its signature.
 *
 * Documents that become records are records that the journal takes, with no more values than the
 * limit; the same document gives the same record again; and no signature fits but by its secret. */
#include "event/codec.h"
#include "exchange/body_map.h"

#include <string.h>

#include "api/signature.h"
#include "fuzz.h"

static str whole(void *context, const char *name)
{
	(void)name;
	return *(const str *)context;
}

static void check_signature(str data)
{
	static const char *const forms[] = { "github", "shopify", "slack", "stripe", "zendesk" };
	struct signature_check check = { .secrets = { STR("nobody knows") },
		.secret_count = 1,
		.tolerance_ms = INT64_MAX / 4,
		.header = whole,
		.context = &data };

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		struct why why = { 0 };
		ASSERT(signature_form_named(str_of(forms[i]), &check.form));
		ASSERT(signature_verify(&check, STR("body"), &why) == ERR_DENIED);
		ASSERT(why.message != MSG_NONE);
	}
}

/* The canonical bytes of what the document becomes; "" of what is refused. */
static str bytes_of(struct body_map *map, const struct json *document, struct arena *arena)
{
	struct strbuf out = strbuf_in(arena, RECORD_BYTES_MAX);
	struct record record;
	struct why why = { 0 };
	bool skip = false;

	if (body_record(map, document, arena, &record, &skip, &why) != OK) {
		ASSERT(why.message != MSG_NONE);
		return STR("");
	}
	ASSERT(!skip && record.attribute_count <= BODY_VALUES_MAX);
	record.source = STR("fuzz");
	record.message_id = STR("m");
	ASSERT(record_check(&record, &why) == OK);
	record_encode(&record, &out);
	return strbuf_ok(&out) ? strbuf_str(&out) : STR("");
}

static void check_document(struct body_map *map, const struct json *document)
{
	AUTO_ARENA arena = arena_create(32 << 20);
	AUTO_ARENA again = arena_create(32 << 20);

	str first = bytes_of(map, document, arena), second = bytes_of(map, document, again);
	ASSERT(str_equal(first, second));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct json_parser *parser;
	AUTO_ARENA arena = arena_create(8 << 20);
	struct mapping mapping = mapping_default();
	const struct body_value beside[] = { { STR("topic"), STR("a/b") } };
	const struct body_options options = { .mapping = &mapping,
		.beside = beside,
		.beside_count = 1,
		.received_ms = INT64_C(1795000000000) };
	str text = { (const char *)data, size };
	struct json body;
	struct json_items documents;

	if (parser == NULL)
		parser = json_parser_create(NULL);
	check_signature(text);
	if (json_parse(parser, text, arena, &body, NULL) != OK ||
		body_documents(&body, STR(""), &documents, NULL) != OK)
		return 0;
	struct body_map *map = body_map_create(&options);
	for (size_t i = 0; i < documents.count; i++)
		check_document(map, &documents.items[i]);
	body_map_free(map);
	return 0;
}
