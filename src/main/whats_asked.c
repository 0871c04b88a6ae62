/* main/whats_asked.c - see whats_asked.h */
#include "main/whats_asked.h"

#include "base/glob.h"

static bool fits_any(const struct request *request, const char *option, str name)
{
	size_t n = request_times(request, option);

	for (size_t i = 0; i < n; i++)
		if (glob_fits(request_nth(request, option, i), name))
			return true;
	return n == 0;
}

uint8_t *whats_asked(const struct request *request, const struct threads_view *view)
{
	size_t count = threads_view_what_count(view);
	uint8_t *asked = memory_alloc(count + 1);

	for (uint32_t i = 0; i < count; i++) {
		struct what what = threads_view_what(view, i);
		asked[i] = fits_any(request, "activity", threads_view_name(view, what.activity)) &&
			   fits_any(request, "channel", threads_view_name(view, what.channel));
	}
	return asked;
}
