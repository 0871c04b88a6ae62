/* identity/identifier.c - see identifier.h */
#include "identity/identifier.h"

#include "event/codec.h"
#include "identity/hashed.h"
#include "identity/identifier_forms.h"

#include <string.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

enum { PHONE_DIGITS_MIN = 6, PHONE_DIGITS_MAX = 15 };
enum { PHONE_BYTES_MAX = PHONE_DIGITS_MAX + 3 }; /* 00 or + in front, a 0 that falls away */

/* Appends the normal form; a full strbuf is for the caller to see. */
typedef err fold_fn(
	const struct identifier_rules *rules, str value, struct strbuf *out, struct why *why);

/* RFC 5321, 2.4 lets a host tell Ann@ from ann@.  Hardly one does, and people
 * type both: not folding would cut one customer in two. */
static err fold_email(
	const struct identifier_rules *rules, str value, struct strbuf *out, struct why *why)
{
	str user, host;
	bool split = str_split(value, '@', &user, &host) && user.len > 0 && host.len > 0;

	(void)rules;
	if (!split || str_has(host, '@') || str_has(value, ' '))
		return fail(why, MSG_IDENTIFIER_EMAIL, arg_str(value));
	strbuf_add_lower(out, user);
	strbuf_add_byte(out, '@');
	form_host(host, out);
	return OK;
}

/* Keeps + and digits without their layout; empty if there is anything else, or too much. */
static str strip_phone(str written, char kept[static PHONE_BYTES_MAX])
{
	size_t len = 0;

	for (size_t i = 0; i < written.len; i++) {
		char c = written.ptr[i];
		/* +33 (0)6 12, 0033 (0)6 12: the 0 is dialled only at home */
		bool abroad = (len > 0 && kept[0] == '+') ||
			      (len > 2 && str_starts((str){ kept, len }, STR("00")));
		if (abroad && str_starts(str_from(written, i), STR("(0)"))) {
			i += 2;
			continue;
		}
		if (str_has(STR(" .-/()"), c))
			continue;
		bool keep = (c >= '0' && c <= '9') || (c == '+' && len == 0);
		if (!keep || len == PHONE_BYTES_MAX)
			return STR("");
		kept[len++] = c;
	}
	return (str){ kept, len };
}

static err fold_phone(
	const struct identifier_rules *rules, str value, struct strbuf *out, struct why *why)
{
	char kept[PHONE_BYTES_MAX];
	str rest = strip_phone(value, kept), country = STR("");
	bool international = str_skip_prefix(&rest, STR("+")) || str_skip_prefix(&rest, STR("00"));

	if (!international && str_starts(rest, STR("0")) && rules->phone_country.len > 0) {
		rest = str_from(rest, 1);
		country = rules->phone_country;
		international = true;
	}
	size_t digits = country.len + rest.len;
	if (digits < PHONE_DIGITS_MIN || digits > PHONE_DIGITS_MAX)
		return fail(why, MSG_IDENTIFIER_PHONE, arg_str(value), arg_int(PHONE_DIGITS_MIN),
			arg_int(PHONE_DIGITS_MAX));
	strbuf_add(out, international ? STR("+") : STR(""));
	strbuf_add(out, country);
	strbuf_add(out, rest);
	return OK;
}

/* ITU-T E.164, list of assigned country codes: the French-speaking countries and their neighbours.
 * Only those whose national numbers begin with a 0 that falls away. */
static const struct {
	str country, code;
} countries[] = {
	{ STR_INIT("FR"), STR_INIT("33") },
	{ STR_INIT("BE"), STR_INIT("32") },
	{ STR_INIT("CH"), STR_INIT("41") },
	{ STR_INIT("DE"), STR_INIT("49") },
	{ STR_INIT("AT"), STR_INIT("43") },
	{ STR_INIT("NL"), STR_INIT("31") },
	{ STR_INIT("GB"), STR_INIT("44") },
	{ STR_INIT("IE"), STR_INIT("353") },
	{ STR_INIT("MA"), STR_INIT("212") },
	{ STR_INIT("DZ"), STR_INIT("213") },
	{ STR_INIT("GP"), STR_INIT("590") },
	{ STR_INIT("GF"), STR_INIT("594") },
	{ STR_INIT("MQ"), STR_INIT("596") },
	{ STR_INIT("RE"), STR_INIT("262") },
};

str identifier_country(str country)
{
	for (size_t i = 0; i < ARRAY_LEN(countries); i++)
		if (str_equal(countries[i].country, country))
			return countries[i].code;
	return STR("");
}

static err fold_nothing(
	const struct identifier_rules *rules, str value, struct strbuf *out, struct why *why)
{
	(void)rules;
	(void)why; /* any value will do */
	strbuf_add(out, value);
	return OK;
}

static err fold_person(
	const struct identifier_rules *rules, str value, struct strbuf *out, struct why *why)
{
	(void)rules;
	return form_person(value, out, why);
}

/* Takes the blank that `rest` begins with: a space, or one that does not break (French exports). */
static bool skip_blank(str *rest)
{
	return str_skip_prefix(rest, STR(" ")) || str_skip_prefix(rest, STR("\xc2\xa0")) ||
	       str_skip_prefix(rest, STR("\xe2\x80\xaf"));
}

static bool is_digits_and_blanks(str value)
{
	bool has_digit = false;

	while (value.len > 0) {
		if (skip_blank(&value))
			continue;
		if (value.ptr[0] < '0' || value.ptr[0] > '9')
			return false;
		has_digit = true;
		value = str_from(value, 1);
	}
	return has_digit;
}

/* A number is typed in groups here and at once there: two spellings would be two customers, and
 * whatever address both come with would look shared. */
static err fold_number(
	const struct identifier_rules *rules, str value, struct strbuf *out, struct why *why)
{
	if (!is_digits_and_blanks(value))
		return fold_nothing(rules, value, out, why);
	while (value.len > 0)
		if (!skip_blank(&value)) {
			strbuf_add_byte(out, value.ptr[0]);
			value = str_from(value, 1);
		}
	return OK;
}

static const struct {
	str type;
	fold_fn *fold;
	int rank;
} types[] = {
	{ STR_INIT("user_id"), fold_nothing, 0 },
	{ STR_INIT("customer"), fold_number, 1 },
	{ STR_INIT("account"), fold_number, 1 },
	{ STR_INIT("loyalty_card"), fold_number, 2 },
	{ STR_INIT("email"), fold_email, 3 },
	{ STR_INIT("phone"), fold_phone, 4 },
	{ STR_INIT("whatsapp"), fold_phone, 4 },
	{ STR_INIT("person"), fold_person, 6 },
	{ STR_INIT("device"), fold_nothing, 20 },
	{ STR_INIT("cookie"), fold_nothing, 20 },
	{ STR_INIT("anonymous_id"), fold_nothing, 20 },
};
enum { RANK_OF_OTHERS = 10 };

/* Networks whose names are told with @ or without, in capitals or not, and mean the same. */
static const str networks[] = { STR_INIT("x"), STR_INIT("instagram"), STR_INIT("facebook"),
	STR_INIT("tiktok"), STR_INIT("threads"), STR_INIT("bluesky"), STR_INIT("telegram"),
	STR_INIT("snapchat"), STR_INIT("pinterest"), STR_INIT("reddit"), STR_INIT("twitch"),
	STR_INIT("mastodon") };

static bool is_network(str type)
{
	for (size_t i = 0; i < ARRAY_LEN(networks); i++)
		if (str_equal(networks[i], type))
			return true;
	return false;
}

static const struct identifier_custom *custom_of(const struct identifier_rules *rules, str type)
{
	for (size_t i = 0; i < rules->custom_count; i++)
		if (str_equal(rules->customs[i].type, type))
			return &rules->customs[i];
	return NULL;
}

static size_t row_of(str type)
{
	size_t i = 0;

	while (i < ARRAY_LEN(types) && !str_equal(types[i].type, type))
		i++;
	return i;
}

bool identifier_has_own_form(str type)
{
	enum identifier_hash hash;
	size_t row = row_of(type);
	str plain;

	return hashed_type(type, &plain, &hash) || is_network(type) ||
	       (row < ARRAY_LEN(types) && types[row].fold != fold_nothing);
}

int identifier_rank(str type)
{
	enum identifier_hash ignored;
	str plain = type;

	(void)hashed_type(type, &plain, &ignored);
	size_t i = row_of(plain);

	return i < ARRAY_LEN(types) ? types[i].rank : RANK_OF_OTHERS;
}

str identifier_ranked(size_t i)
{
	return i < ARRAY_LEN(types) ? types[i].type : STR("");
}

static err check(str type, str value, struct why *why)
{
	if (!identifier_type_is_valid(type))
		return fail(why, MSG_IDENTIFIER_TYPE, arg_str(type));
	if (value.len == 0)
		return fail(why, MSG_IDENTIFIER_EMPTY, arg_str(type));
	if (value.len > IDENTIFIER_VALUE_BYTES_MAX)
		return fail(why, MSG_IDENTIFIER_LONG, arg_str(type), arg_int((int64_t)value.len),
			arg_int(IDENTIFIER_VALUE_BYTES_MAX));
	/* A CR LF let in here would come out as a forged mail or SIP header. */
	if (!str_is_text(value))
		return fail(why, MSG_IDENTIFIER_TEXT, arg_str(type));
	return OK;
}

static bool is_ascii(str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] & 0x80)
			return false;
	return true;
}

/* The same text with accents composed (Unicode NFC), in `arena` if it was not so already: an
 * accent typed on one keyboard is one character, on another two.  NULL .ptr: too long then. */
static str compose(str text, struct arena *arena)
{
	UChar wide[IDENTIFIER_VALUE_BYTES_MAX], composed[IDENTIFIER_VALUE_BYTES_MAX];
	int32_t wide_len = 0, composed_len = 0, len = 0;
	UErrorCode status = U_ZERO_ERROR;

	if (is_ascii(text))
		return text;
	const UNormalizer2 *nfc = unorm2_getNFCInstance(&status);
	u_strFromUTF8(wide, ARRAY_LEN(wide), &wide_len, text.ptr, (int32_t)text.len, &status);
	bool is_so = unorm2_isNormalized(nfc, wide, wide_len, &status);
	if (is_so && U_SUCCESS(status))
		return text;
	composed_len =
		unorm2_normalize(nfc, wide, wide_len, composed, ARRAY_LEN(composed), &status);
	char *out = arena_alloc(arena, IDENTIFIER_VALUE_BYTES_MAX);
	if (out == NULL || U_FAILURE(status))
		return (str){ NULL, 0 };
	u_strToUTF8(out, IDENTIFIER_VALUE_BYTES_MAX, &len, composed, composed_len, &status);
	return U_SUCCESS(status) ? (str){ out, (size_t)len } : (str){ NULL, 0 };
}

/* Composed before folding, for composing can bring forth capitals (the Kelvin sign), and after,
 * for small letters compose where capitals do not. */
static err normal_value(const struct identifier_rules *rules, str type, str value,
	struct arena *arena, str *out, struct why *why)
{
	struct strbuf folded = strbuf_in(arena, IDENTIFIER_VALUE_BYTES_MAX);
	str composed = compose(value, arena);
	const struct identifier_custom *custom = custom_of(rules, type);
	size_t row = row_of(type);
	enum identifier_hash hash;
	str plain;
	err e = OK;

	if (composed.ptr == NULL)
		return fail(why, MSG_IDENTIFIER_LONG, arg_str(type), arg_int((int64_t)value.len),
			arg_int(IDENTIFIER_VALUE_BYTES_MAX));
	if (custom != NULL)
		e = custom_fold(custom, composed, &folded, why);
	else if (row < ARRAY_LEN(types))
		e = types[row].fold(rules, composed, &folded, why);
	else if (hashed_type(type, &plain, &hash))
		e = form_hash(composed, hash_digits(hash), &folded, why);
	else if (is_network(type))
		e = form_handle(type, composed, &folded, why);
	else
		e = fold_nothing(rules, composed, &folded, why);
	if (e != OK)
		return e;
	if (!strbuf_ok(&folded))
		return fail(why, MSG_NO_ROOM, arg_str(type), arg_int((int64_t)arena_taken(arena)));
	*out = compose(strbuf_str(&folded), arena);
	return out->ptr != NULL
		       ? OK
		       : fail(why, MSG_IDENTIFIER_LONG, arg_str(type), arg_int((int64_t)value.len),
				 arg_int(IDENTIFIER_VALUE_BYTES_MAX));
}

err identifier_normalise(const struct identifier_rules *rules, str type, str raw,
	struct arena *arena, struct record_identifier *out, struct why *why)
{
	str trimmed = str_trim(raw), normal;
	err e = check(type, trimmed, why);

	if (e == OK)
		e = normal_value(rules, type, trimmed, arena, &normal, why);
	if (e != OK)
		return e;
	str kept_type = arena_str(arena, type);
	str kept_raw = str_equal(normal, raw) ? STR("") : arena_str(arena, raw);
	if (kept_type.ptr == NULL || kept_raw.ptr == NULL)
		return fail(why, MSG_NO_ROOM, arg_str(type), arg_int((int64_t)arena_taken(arena)));
	out->type = kept_type;
	out->value = normal;
	out->raw = kept_raw;
	return OK;
}

enum identifier_form identifier_form_of(const struct identifier_rules *rules, str type)
{
	size_t row = row_of(type);
	enum identifier_hash hash;
	str plain;

	if (!identifier_type_is_valid(type) || custom_of(rules, type) != NULL ||
		hashed_type(type, &plain, &hash) || is_network(type))
		return IDENTIFIER_OF_OWN_FORM;
	if (row == ARRAY_LEN(types) || types[row].fold == fold_nothing)
		return IDENTIFIER_AS_IT_IS;
	return types[row].fold == fold_number ? IDENTIFIER_WITHOUT_BLANKS : IDENTIFIER_OF_OWN_FORM;
}

/* ASCII without control characters, and no blank at either end. */
bool identifier_has_form(enum identifier_form form, str value)
{
	return form != IDENTIFIER_OF_OWN_FORM && value.len > 0 &&
	       value.len <= IDENTIFIER_VALUE_BYTES_MAX && value.ptr[0] != ' ' &&
	       value.ptr[value.len - 1] != ' ' && str_is_plain(value) &&
	       (form == IDENTIFIER_AS_IT_IS || !str_has(value, ' '));
}

bool identifier_is_normal(const struct identifier_rules *rules, str type, str value)
{
	return identifier_has_form(identifier_form_of(rules, type), value);
}

err identifier_parse(const struct identifier_rules *rules, str text, struct arena *arena,
	struct record_identifier *out, struct why *why)
{
	str type, value;

	if (!str_split(text, ':', &type, &value) || !identifier_type_is_valid(type))
		return fail(why, MSG_IDENTIFIER_FORM, arg_str(text));
	return identifier_normalise(rules, type, value, arena, out, why);
}

str identifier_text(str type, str value, struct arena *arena)
{
	struct strbuf text = strbuf_in(arena, type.len + 1 + value.len);

	strbuf_add(&text, type);
	strbuf_add_byte(&text, ':');
	strbuf_add(&text, value);
	return strbuf_ok(&text) ? strbuf_str(&text) : (str){ NULL, 0 };
}
