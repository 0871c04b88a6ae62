/* main/version.h - which Ariane this is; CHANGELOG.md says what changed. */
#pragma once

#define ARIANE_VERSION "0.1.0"
