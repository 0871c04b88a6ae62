/* demo/workload_write.c - a call of workload R2 as JSON and as a record; see workload.h */
#include "demo/workload.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const str activities[] = { STR_INIT("Product Viewed"), STR_INIT("Product List Viewed"),
	STR_INIT("Product Clicked"), STR_INIT("Products Searched"), STR_INIT("Product Added"),
	STR_INIT("Cart Viewed"), STR_INIT("Checkout Started"), STR_INIT("Checkout Step Viewed"),
	STR_INIT("Checkout Step Completed"), STR_INIT("Payment Info Entered"),
	STR_INIT("Order Completed"), STR_INIT("Product Removed"), STR_INIT("Promotion Viewed"),
	STR_INIT("Promotion Clicked"), STR_INIT("Coupon Entered"), STR_INIT("Coupon Denied"),
	STR_INIT("Product Shared"), STR_INIT("Product Reviewed"), STR_INIT("Signed In"),
	STR_INIT("Signed Up"), STR_INIT("Wishlist Product Added"), STR_INIT("Help Opened"),
	STR_INIT("Chat Started"), STR_INIT("Order Tracked") };

/* Before and after the browser's version. */
static const struct {
	str before, after;
} user_agents[] = {
	{ STR_INIT("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like "
		   "Gecko) "
		   "Chrome/"),
		STR_INIT(".0.0.0 Safari/537.36") },
	{ STR_INIT(
		  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like "
		  "Gecko) Chrome/"),
		STR_INIT(".0.0.0 Safari/537.36") },
	{ STR_INIT("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
		   "Chrome/"),
		STR_INIT(".0.0.0 Mobile Safari/537.36") },
	{ STR_INIT("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:109.0) Gecko/20100101 Firefox/"),
		STR_INIT(".0") },
	{ STR_INIT("Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/"), STR_INIT(".0") },
	{ STR_INIT("Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 "
		   "CriOS/"),
		STR_INIT(".0 Mobile/15E148 Safari/604.1") },
};

static const struct {
	str name, version;
} libraries[] = {
	{ STR_INIT("analytics.js"), STR_INIT("2.11.1") },
	{ STR_INIT("analytics.js"), STR_INIT("2.8.0") },
	{ STR_INIT("analytics.js"), STR_INIT("npm:next-1.64.0") },
	{ STR_INIT("analytics.js"), STR_INIT("npm:next-1.70.0") },
};

static const str locales[] = { STR_INIT("fr-FR"), STR_INIT("fr-FR"), STR_INIT("fr-FR"),
	STR_INIT("fr-BE"), STR_INIT("en-GB"), STR_INIT("de-DE"), STR_INIT("fr-CA"),
	STR_INIT("es-ES") };

static const str families[] = { STR_INIT("chaussures"), STR_INIT("maison"), STR_INIT("jardin"),
	STR_INIT("livres"), STR_INIT("informatique"), STR_INIT("sport"), STR_INIT("enfants") };

/* A call told as a record; the texts and arrays that it points to. */
struct telling {
	char message_id[40], anonymous_id[40], user_id[16], time[32], path[64], user_agent[200];
	char ip[16], product_id[16];
	struct record_identifier identifiers[2];
	struct attribute attributes[4], context[5], library[2], page[1];
	struct record record;
};

static void write_uuid(const uint64_t bits[2], char to[static 40])
{
	uint64_t high = (bits[0] & ~(uint64_t)0xf000) | 0x4000;
	uint64_t low = (bits[1] >> 2) | (uint64_t)1 << 63; /* version 4, variant 1 */

	(void)snprintf(to, 40, "%08x-%04x-%04x-%04x-%012" PRIx64, (unsigned)(high >> 32),
		(unsigned)(high >> 16 & 0xffff), (unsigned)(high & 0xffff), (unsigned)(low >> 48),
		low & 0xffffffffffff);
}

static void write_time(int64_t ms, char to[static 32])
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;

	ASSERT(gmtime_r(&seconds, &tm) != NULL);
	size_t len = strftime(to, 32, "%Y-%m-%dT%H:%M:%S", &tm);
	(void)snprintf(to + len, 32 - len, ".%03uZ", (unsigned)(ms % 1000));
}

static void write_texts(const struct workload_call *c, struct telling *t)
{
	size_t agent = c->user_agent % ARRAY_LEN(user_agents);

	write_uuid(c->message_id, t->message_id);
	write_uuid(c->anonymous_id, t->anonymous_id);
	write_time(c->time_ms, t->time);
	(void)snprintf(t->user_id, sizeof(t->user_id), "u%07u", c->customer);
	(void)snprintf(t->product_id, sizeof(t->product_id), "P%05u", c->product);
	(void)snprintf(t->path, sizeof(t->path), "/%s/%05u",
		families[c->product % ARRAY_LEN(families)].ptr, c->product);
	(void)snprintf(t->user_agent, sizeof(t->user_agent), "%s%u%s",
		user_agents[agent].before.ptr, c->browser_version, user_agents[agent].after.ptr);
	(void)snprintf(t->ip, sizeof(t->ip), "%u.%u.%u.%u", 77 + (c->ip >> 24) % 20,
		c->ip >> 16 & 255, c->ip >> 8 & 255, c->ip & 255);
}

static struct attribute text_of(str key, str text)
{
	return (struct attribute){ key, { .kind = VALUE_STRING, .string = text } };
}

static struct attribute map_of(str key, const struct attribute *items, size_t count)
{
	return (struct attribute){ key, { .kind = VALUE_MAP, .map = { items, count } } };
}

static void tell_context(const struct workload_call *c, struct telling *t)
{
	t->library[0] = text_of(STR("name"), libraries[c->library].name);
	t->library[1] = text_of(STR("version"), libraries[c->library].version);
	t->page[0] = text_of(STR("path"), str_of(t->path));
	t->context[0] = map_of(STR("library"), t->library, ARRAY_LEN(t->library));
	t->context[1] = map_of(STR("page"), t->page, ARRAY_LEN(t->page));
	t->context[2] = text_of(STR("userAgent"), str_of(t->user_agent));
	t->context[3] = text_of(STR("ip"), str_of(t->ip));
	t->context[4] = text_of(STR("locale"), locales[c->locale]);
}

/* The properties, then the context. */
static size_t tell_attributes(const struct workload_call *c, struct telling *t)
{
	struct attribute *a = t->attributes;
	size_t n = 0;

	a[n++] = text_of(STR("product_id"), str_of(t->product_id));
	if (c->activity % 3 == 0) { /* what is bought has a price */
		a[n++] = (struct attribute){ STR("price"),
			{ .kind = VALUE_FLOAT, .number = (double)c->price_cents / 100 } };
		a[n++] = (struct attribute){ STR("quantity"),
			{ .kind = VALUE_INTEGER, .integer = c->quantity } };
	}
	a[n++] = map_of(STR("context"), t->context, ARRAY_LEN(t->context));
	return n;
}

static void tell(const struct workload_call *c, struct telling *t)
{
	size_t ids = 0;

	write_texts(c, t);
	tell_context(c, t);
	if (c->has_user)
		t->identifiers[ids++] = (struct record_identifier){ .type = STR("user_id"),
			.value = str_of(t->user_id) };
	t->identifiers[ids++] = (struct record_identifier){ .type = STR("anonymous_id"),
		.value = str_of(t->anonymous_id) };
	t->record = (struct record){ .kind = RECORD_EVENT,
		.has_time = true,
		.time = { c->time_ms, 0, 0 },
		.source = STR("segment"),
		.message_id = str_of(t->message_id),
		.channel = STR("web"),
		.activity = activities[c->activity],
		.identifiers = t->identifiers,
		.identifier_count = ids,
		.attributes = t->attributes,
		.attribute_count = tell_attributes(c, t) };
}

err workload_call_record(
	const struct workload_call *call, struct arena *arena, struct record *out, struct why *why)
{
	struct telling *t = arena_alloc(arena, sizeof(*t));

	if (t == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("call"), arg_int((int64_t)arena_taken(arena)));
	tell(call, t);
	*out = t->record;
	return OK;
}

/* ---- JSON; nothing in these texts needs escaping */

static void put_text(str key, str text, struct strbuf *out)
{
	strbuf_add(out, STR("\""));
	strbuf_add(out, key);
	strbuf_add(out, STR("\":\""));
	strbuf_add(out, text);
	strbuf_add(out, STR("\","));
}

static void put_members(const struct attribute *items, size_t count, struct strbuf *out);

static void put_member(const struct attribute *a, struct strbuf *out)
{
	if (a->value.kind == VALUE_STRING) {
		put_text(a->key, a->value.string, out);
		return;
	}
	strbuf_add(out, STR("\""));
	strbuf_add(out, a->key);
	strbuf_add(out, STR("\":"));
	if (a->value.kind == VALUE_MAP)
		put_members(a->value.map.items, a->value.map.count, out);
	else if (a->value.kind == VALUE_INTEGER)
		strbuf_add_int(out, a->value.integer);
	else
		strbuf_printf(out, "%.2f", a->value.number);
	strbuf_add_byte(out, ',');
}

/* The last comma gives way to the brace. */
static void put_end(struct strbuf *out)
{
	if (strbuf_ok(out) && out->len > 0)
		out->ptr[out->len - 1] = '}';
}

static void put_members(const struct attribute *items, size_t count, struct strbuf *out)
{
	strbuf_add_byte(out, '{');
	for (size_t i = 0; i < count; i++)
		put_member(&items[i], out);
	put_end(out);
}

void workload_call_json(const struct workload_call *call, struct strbuf *out)
{
	struct telling t;

	tell(call, &t);
	size_t properties = t.record.attribute_count - 1;
	strbuf_add_byte(out, '{');
	put_text(STR("messageId"), t.record.message_id, out);
	put_text(STR("type"), STR("track"), out);
	put_text(STR("event"), t.record.activity, out);
	if (call->has_user)
		put_text(STR("userId"), str_of(t.user_id), out);
	put_text(STR("anonymousId"), str_of(t.anonymous_id), out);
	put_text(STR("timestamp"), str_of(t.time), out);
	put_member(&t.attributes[properties], out); /* the context */
	strbuf_add(out, STR("\"properties\":"));
	put_members(t.attributes, properties, out);
	strbuf_add(out, STR("}\n"));
}
