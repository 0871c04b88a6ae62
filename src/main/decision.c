/* main/decision.c - see decision.h */
#include "main/decision.h"

#include "base/random.h"
#include "main/store.h"

#include <stdlib.h>

enum { ID_BYTES = 16 };

str decision_random(const char *prefix, struct arena *arena)
{
	struct strbuf text = strbuf_in(arena, 64);
	uint8_t bytes[ID_BYTES];

	secret_bytes(bytes, sizeof(bytes));
	strbuf_add_c(&text, prefix);
	for (size_t i = 0; i < sizeof(bytes); i++)
		strbuf_printf(&text, "%02x", bytes[i]);
	return strbuf_str(&text);
}

static str actor_of(const struct request *request)
{
	return request_has(request, "by") ? request_text(request, "by") : request_actor(request);
}

static struct attribute text_attribute(const char *key, str text)
{
	return (struct attribute){ str_of(key), { .kind = VALUE_STRING, .string = text } };
}

static err prepare(const struct request *request, struct engine *engine,
	const struct decision *decision, struct arena *arena, struct engine_item *item,
	struct why *why)
{
	struct preparation preparation = { .rules = store_identifier_rules(request),
		.default_source = STR("people"),
		.secret = engine_secret(engine) };
	const bool is_document = decision->subject.len > 0;
	const struct attribute rules[] = { text_attribute("rules", decision->rules) };
	const struct attribute document[] = { text_attribute("subject", decision->subject),
		text_attribute("document", decision->document) };
	const struct record record = { .kind = RECORD_IDENTITY,
		.activity = decision->activity,
		.message_id = decision_random("d:", arena), /* each is a message of its own */
		.actor = actor_of(request),
		.text = request_text(request, "because"),
		.case_id = decision->group,
		.target = decision->target,
		.identifiers = decision->identifiers,
		.identifier_count = decision->count,
		.attributes = is_document ? document : rules,
		.attribute_count = is_document               ? ARRAY_LEN(document)
				   : decision->rules.len > 0 ? ARRAY_LEN(rules)
							     : 0 };
	struct prepared prepared;
	err e = item_prepare(&preparation, &record, arena, &prepared, why);

	if (e == OK)
		*item = prepared.item;
	return e;
}

err decision_write(const struct request *request, struct engine *engine,
	const struct decision *decisions, size_t count, struct arena *arena, uint64_t *seq,
	struct why *why)
{
	struct engine_item *items = memory_alloc((count + 1) * sizeof(*items));
	err e = OK;

	for (size_t i = 0; e == OK && i < count; i++)
		e = prepare(request, engine, &decisions[i], arena, &items[i], why);
	if (e == OK && count > 0)
		e = store_write(request, engine, items, count, why);
	if (e == OK && count > 0)
		*seq = items[count - 1].seq;
	free(items);
	return e;
}
