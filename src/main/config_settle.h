/* main/config_settle.h - the settings in force for a request: presets, then ariane.conf, then the
 * environment, then options of the command line.
 *
 * Settled when a command begins, and again when a server is told to read its configuration anew.
 */
#pragma once

#include "base/file.h"
#include "main/request.h"

struct settling {
	struct disk *disk;
	char *(*environment)(const char *name); /* getenv */
};

/* The file that --config or ARIANE_CONFIG names must be there; ariane.conf of the present folder
 * need not.  Texts lie in `arena`, or belong to the request or the environment. */
err settings_settle(const struct settling *settling, const struct request *request,
	struct settings *settings, struct arena *arena, struct why *why);
