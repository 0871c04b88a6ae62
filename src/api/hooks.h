/* api/hooks.h - the webhooks that are declared: who signs, whose source, how a body is read.
 *
 *   POST /v1/hook/NAME      no write key: the signature says who it is
 *
 * A set of them is made whole and put in the place of the one before; requests under way end with
 * the one they began with.
 *
 * Threads: any.
 */
#pragma once

#include <stdatomic.h>

#include "api/signature.h"
#include "base/arena.h"
#include "exchange/mapping.h"

enum { HOOKS_MAX = 64, HOOK_BODY_BYTES_MAX = 4 << 20, HOOK_EVENTS_MAX = 2500 };

struct hook {
	str name, source;
	struct signature_form form;
	str secrets[SIGNATURE_SECRETS_MAX];
	size_t secret_count;
	int64_t tolerance_ms;
	str events; /* the path of the list within a body; "": the body itself */
	const struct mapping *mapping;
};

struct hooks;

/* Takes the arena, in which all that the hooks name must lie. */
struct hooks *hooks_create(const struct hook *items, size_t count, struct arena *arena);
void hooks_unref(struct hooks *hooks); /* the last wipes the secrets; NULL is fine */
struct hooks *hooks_ref(struct hooks *hooks);
const struct hook *hooks_named(const struct hooks *hooks, str name); /* NULL: none */
