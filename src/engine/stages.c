/* engine/stages.c - see stages.h */
#include "engine/stages.h"

const char *stage_name(enum stage stage)
{
	static const char *const names[STAGES] = { [STAGE_JUDGE] = "judge",
		[STAGE_RESERVE] = "reserve",
		[STAGE_APPEND] = "append",
		[STAGE_KNOW] = "know",
		[STAGE_TAKE_IN] = "take_in",
		[STAGE_INSTALL] = "install",
		[STAGE_PUBLISH] = "publish",
		[STAGE_RECOUNT] = "recount",
		[STAGE_CHECKPOINT] = "checkpoint",
		[STAGE_ERASE] = "erase" };

	return names[stage];
}
