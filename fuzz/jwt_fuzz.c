/* fuzz/jwt_fuzz.c - ID tokens: whatever the bytes are, nobody signs in by them. */
#include "main/jwt.h"

#include "fuzz.h"

/* The public key of RFC 7515, A.3: its private half is known, but signs no token of this issuer. */
static const char keys_text[] = "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"k\","
				"\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
				"\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}]}";

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	static const struct jwt_wish wish = { STR_INIT("https://i"), STR_INIT("me"), STR_INIT("n"),
		1800000000 };
	AUTO_ARENA arena = arena_create(16 << 20);
	struct json_parser *parser = json_parser_create(NULL);
	struct json keys;
	struct jwt_claims claims;
	struct why why = { 0 };

	err e = json_parse(parser, str_of(keys_text), arena, &keys, &why);
	ASSERT(e == OK);
	e = jwt_check((str){ (const char *)bytes, count }, &keys, &wish, arena, &claims, &why);
	ASSERT(e != OK && why.message != MSG_NONE);
	json_parser_free(parser);
	return 0;
}
