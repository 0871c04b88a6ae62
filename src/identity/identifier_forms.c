/* identity/identifier_forms.c - normal forms that need more than folding; see identifier_forms.h */
#include "identity/identifier_forms.h"

#include "event/codec.h"

#include <string.h>
#include <unicode/uchar.h>
#include <unicode/uidna.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

/* ---- hosts: UTS 46, so that both ways of writing a name are one */

static bool has_accents(str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] & 0x80)
			return true;
	return false;
}

/* Punycode stands behind "xn--", at the beginning of any label. */
static bool is_international(str host)
{
	str label, rest = host;

	while (str_split(rest, '.', &label, &rest))
		if (str_starts(label, STR("xn--")))
			return true;
	return str_starts(rest, STR("xn--"));
}

void form_host(str host, struct strbuf *out)
{
	char folded[IDENTIFIER_VALUE_BYTES_MAX], name[IDENTIFIER_VALUE_BYTES_MAX];
	struct strbuf lower = { .ptr = folded, .cap = sizeof(folded), .cap_max = sizeof(folded) };
	UIDNAInfo info = UIDNA_INFO_INITIALIZER;
	UErrorCode status = U_ZERO_ERROR;

	strbuf_add_lower(&lower, host);
	if (!has_accents(host) && !is_international(strbuf_str(&lower))) {
		strbuf_add(out, strbuf_str(&lower));
		return;
	}
	UIDNA *idna = uidna_openUTS46(
		UIDNA_NONTRANSITIONAL_TO_UNICODE | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ,
		&status);
	int32_t len = uidna_nameToUnicodeUTF8(
		idna, lower.ptr, (int32_t)lower.len, name, (int32_t)sizeof(name), &info, &status);
	uidna_close(idna);
	bool is_name =
		U_SUCCESS(status) && info.errors == 0 && len > 0 && len <= (int32_t)sizeof(name);
	str told = is_name ? (str){ name, (size_t)len } : strbuf_str(&lower);
	/* a wide @ becomes a real one: then, and where it is no name by those rules, as it is told
	 */
	strbuf_add(out, str_has(told, '@') || str_has(told, ' ') ? strbuf_str(&lower) : told);
}

/* ---- handles */

static str without_signs(str handle)
{
	while (str_skip_prefix(&handle, STR("@")))
		;
	return handle;
}

/* "https://www.instagram.com/jeanne/?hl=fr": what stands first in the path. */
static str from_address(str value)
{
	str host, path = value;

	if (!str_skip_prefix(&path, STR("https://")) && !str_skip_prefix(&path, STR("http://")))
		return value;
	if (!str_split(path, '/', &host, &path))
		return value;
	for (size_t i = 0; i < path.len; i++)
		if (path.ptr[i] == '/' || path.ptr[i] == '?' || path.ptr[i] == '#')
			path.len = i;
	return path;
}

/* In small letters first: what comes out is read as itself again. */
err form_handle(str type, str value, struct strbuf *out, struct why *why)
{
	char small[IDENTIFIER_VALUE_BYTES_MAX];
	struct strbuf lower = { .ptr = small, .cap = sizeof(small), .cap_max = sizeof(small) };

	strbuf_add_lower(&lower, value);
	str handle = without_signs(from_address(without_signs(strbuf_str(&lower))));
	if (handle.len == 0 || str_has(handle, ' '))
		return fail(why, MSG_IDENTIFIER_HANDLE, arg_str(value), arg_str(type));
	strbuf_add(out, handle);
	return OK;
}

/* ---- hashes */

err form_hash(str value, size_t digits, struct strbuf *out, struct why *why)
{
	bool is_hash = value.len == digits;

	for (size_t i = 0; is_hash && i < value.len; i++) {
		char c = value.ptr[i];
		is_hash =
			(c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
	}
	if (!is_hash)
		return fail(why, MSG_IDENTIFIER_HASH, arg_str(value), arg_int((int64_t)digits));
	strbuf_add_lower(out, value);
	return OK;
}

/* ---- persons */

/* Half of a sign beyond the first 65,536: kept as it is. */
static bool is_half(UChar unit)
{
	return (unit & 0xf800) == 0xd800;
}

/* Letters and digits alone, in small letters without accents. */
static void add_letters(str text, struct strbuf *out)
{
	UChar wide[IDENTIFIER_VALUE_BYTES_MAX], apart[IDENTIFIER_VALUE_BYTES_MAX * 4];
	char bytes[IDENTIFIER_VALUE_BYTES_MAX];
	UErrorCode status = U_ZERO_ERROR;
	int32_t len = 0, kept = 0, byte_len = 0;

	u_strFromUTF8(wide, ARRAY_LEN(wide), &len, text.ptr, (int32_t)text.len, &status);
	len = unorm2_normalize(
		unorm2_getNFKDInstance(&status), wide, len, apart, ARRAY_LEN(apart), &status);
	for (int32_t i = 0; U_SUCCESS(status) && i < len; i++)
		if (is_half(apart[i]) || u_isalnum(apart[i]))
			apart[kept++] = is_half(apart[i]) ? apart[i] : (UChar)u_tolower(apart[i]);
	u_strToUTF8(bytes, sizeof(bytes), &byte_len, apart, kept, &status);
	if (U_SUCCESS(status) && byte_len <= (int32_t)sizeof(bytes))
		strbuf_add(out, (str){ bytes, (size_t)byte_len });
}

static bool is_date(str text)
{
	struct instant instant;
	char room[32];
	struct strbuf whole = { .ptr = room, .cap = sizeof(room), .cap_max = sizeof(room) };

	if (text.len != strlen("2000-01-31"))
		return false;
	strbuf_add(&whole, text);
	strbuf_add_c(&whole, "T00:00:00Z");
	return instant_parse(strbuf_str(&whole), &instant, NULL) == OK;
}

err form_person(str value, struct strbuf *out, struct why *why)
{
	str parts[4], rest = value;
	size_t count = 0;

	while (count < 3 && str_split(rest, '|', &parts[count], &rest))
		count++;
	parts[count++] = rest;
	bool is_person = count == 4 && !str_has(rest, '|') && is_date(str_trim(parts[2]));
	for (size_t i = 0; is_person && i < 4; i++) {
		size_t before = out->len;
		if (i == 2)
			strbuf_add(out, str_trim(parts[i]));
		else
			add_letters(parts[i], out);
		is_person = out->len > before;
		strbuf_add_c(out, i < 3 ? "|" : "");
	}
	return is_person ? OK : fail(why, MSG_IDENTIFIER_PERSON, arg_str(value));
}
