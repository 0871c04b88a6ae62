/* main/confine.c - see confine.h */
#include "main/confine.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <sched.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HAS_SANITIZER 1
#endif
#endif
#ifndef HAS_SANITIZER
#define HAS_SANITIZER 0
#endif

enum { PASSWD_BYTES = 16384 };

/* ---- the filter */

static const int allowed[] = {
	/* memory, threads, time */
	SCMP_SYS(brk),
	SCMP_SYS(mmap),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(mprotect),
	SCMP_SYS(madvise),
	SCMP_SYS(msync),
	SCMP_SYS(mincore),
	SCMP_SYS(futex),
	SCMP_SYS(set_robust_list),
	SCMP_SYS(get_robust_list),
	SCMP_SYS(set_tid_address),
	SCMP_SYS(rseq),
	SCMP_SYS(membarrier),
	SCMP_SYS(arch_prctl),
	SCMP_SYS(prctl),
	SCMP_SYS(sched_yield),
	SCMP_SYS(setpriority), /* to be less in the way; more takes a privilege */
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(getcpu),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	SCMP_SYS(nanosleep),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_getres),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(time),
	SCMP_SYS(getrandom),
	SCMP_SYS(restart_syscall),
	/* who and where we are */
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	SCMP_SYS(getppid),
	SCMP_SYS(getuid),
	SCMP_SYS(geteuid),
	SCMP_SYS(getgid),
	SCMP_SYS(getegid),
	SCMP_SYS(getrlimit),
	SCMP_SYS(prlimit64),
	SCMP_SYS(getrusage),
	SCMP_SYS(times),
	SCMP_SYS(sysinfo),
	SCMP_SYS(uname),
	SCMP_SYS(getcwd),
	SCMP_SYS(chdir),
	SCMP_SYS(fchdir),
	SCMP_SYS(umask),
	/* signals: to ourselves, for abort() */
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(rt_sigtimedwait),
	SCMP_SYS(rt_sigsuspend),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(tgkill),
	/* files */
	SCMP_SYS(open),
	SCMP_SYS(openat),
	SCMP_SYS(close),
	SCMP_SYS(close_range),
	SCMP_SYS(read),
	SCMP_SYS(write),
	SCMP_SYS(readv),
	SCMP_SYS(writev),
	SCMP_SYS(pread64),
	SCMP_SYS(pwrite64),
	SCMP_SYS(preadv),
	SCMP_SYS(pwritev),
	SCMP_SYS(lseek),
	SCMP_SYS(stat),
	SCMP_SYS(fstat),
	SCMP_SYS(lstat),
	SCMP_SYS(newfstatat),
	SCMP_SYS(statx),
	SCMP_SYS(statfs),
	SCMP_SYS(fstatfs),
	SCMP_SYS(access),
	SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2),
	SCMP_SYS(readlink),
	SCMP_SYS(readlinkat),
	SCMP_SYS(getdents64),
	SCMP_SYS(mkdir),
	SCMP_SYS(mkdirat),
	SCMP_SYS(rmdir),
	SCMP_SYS(unlink),
	SCMP_SYS(unlinkat),
	SCMP_SYS(rename),
	SCMP_SYS(renameat),
	SCMP_SYS(renameat2),
	SCMP_SYS(link),
	SCMP_SYS(linkat),
	SCMP_SYS(ftruncate),
	SCMP_SYS(truncate),
	SCMP_SYS(fallocate),
	SCMP_SYS(fsync),
	SCMP_SYS(fdatasync),
	SCMP_SYS(sync_file_range),
	SCMP_SYS(fadvise64),
	SCMP_SYS(flock),
	SCMP_SYS(fcntl),
	SCMP_SYS(ioctl),
	SCMP_SYS(dup),
	SCMP_SYS(dup2),
	SCMP_SYS(dup3),
	SCMP_SYS(chmod),
	SCMP_SYS(fchmod),
	SCMP_SYS(fchmodat),
	SCMP_SYS(fchown),
	SCMP_SYS(utimensat),
	SCMP_SYS(memfd_create),
	SCMP_SYS(copy_file_range),
	SCMP_SYS(sendfile),
	SCMP_SYS(getxattr),
	SCMP_SYS(fgetxattr),
	/* sockets and waiting */
	SCMP_SYS(connect),
	SCMP_SYS(accept),
	SCMP_SYS(accept4),
	SCMP_SYS(bind),
	SCMP_SYS(listen),
	SCMP_SYS(sendto),
	SCMP_SYS(recvfrom),
	SCMP_SYS(sendmsg),
	SCMP_SYS(recvmsg),
	SCMP_SYS(sendmmsg),
	SCMP_SYS(recvmmsg),
	SCMP_SYS(shutdown),
	SCMP_SYS(getsockname),
	SCMP_SYS(getpeername),
	SCMP_SYS(socketpair),
	SCMP_SYS(setsockopt),
	SCMP_SYS(getsockopt),
	SCMP_SYS(pipe),
	SCMP_SYS(pipe2),
	SCMP_SYS(eventfd),
	SCMP_SYS(eventfd2),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(select),
	SCMP_SYS(pselect6),
	SCMP_SYS(epoll_create),
	SCMP_SYS(epoll_create1),
	SCMP_SYS(epoll_ctl),
	SCMP_SYS(epoll_wait),
	SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_pwait2),
	SCMP_SYS(inotify_init1),
	SCMP_SYS(inotify_add_watch),
	SCMP_SYS(inotify_rm_watch),
};

/* LeakSanitizer looks at all threads from a process of its own. */
static const int for_sanitizers[] = { SCMP_SYS(ptrace), SCMP_SYS(wait4), SCMP_SYS(clone),
	SCMP_SYS(kill), SCMP_SYS(process_vm_readv), SCMP_SYS(personality), SCMP_SYS(getdents),
	SCMP_SYS(sched_setaffinity), SCMP_SYS(mlock), SCMP_SYS(munlock) };

static int allow_all(scmp_filter_ctx filter, const int *calls, size_t count)
{
	int failed = 0;

	for (size_t i = 0; i < count && failed == 0; i++)
		failed = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, calls[i], 0, NULL);
	return failed;
}

static int allow_if(scmp_filter_ctx filter, int call, const struct scmp_arg_cmp *is)
{
	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, 1, is);
}

/* Some are allowed for one purpose.  clone3() hides its purpose in memory, where no filter sees
 * it: told that there is none, libc uses clone(). */
static int allow_some(scmp_filter_ctx filter)
{
	static const int families[] = { AF_UNIX, AF_INET, AF_INET6 };
	const struct scmp_arg_cmp threads = { 0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD };
	const struct scmp_arg_cmp folder = { 0, SCMP_CMP_EQ, CLONE_FS, 0 };
	int failed = allow_if(filter, SCMP_SYS(unshare), &folder); /* house_socket.c */

	if (failed == 0 && !HAS_SANITIZER)
		failed = allow_if(filter, SCMP_SYS(clone), &threads);
	if (failed == 0)
		failed = seccomp_rule_add_array(
			filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0, NULL);
	for (size_t i = 0; i < ARRAY_LEN(families) && failed == 0; i++) {
		const struct scmp_arg_cmp family = { 0, SCMP_CMP_EQ, (scmp_datum_t)families[i], 0 };
		failed = allow_if(filter, SCMP_SYS(socket), &family);
	}
	return failed;
}

err confine_calls(struct why *why)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	ASSERT(filter != NULL); /* it fails only for want of memory */
	int failed = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);

	if (failed == 0)
		failed = allow_all(filter, allowed, ARRAY_LEN(allowed));
	if (failed == 0 && HAS_SANITIZER)
		failed = allow_all(filter, for_sanitizers, ARRAY_LEN(for_sanitizers));
	if (failed == 0)
		failed = allow_some(filter);
	if (failed == 0)
		failed = seccomp_load(filter);
	seccomp_release(filter);
	return failed == 0 ? OK : fail(why, MSG_SERVE_FILTER, arg_int(-failed));
}

/* ---- the user */

err confine_to_user(str name, struct why *why)
{
	struct passwd entry, *found = NULL;
	char text[256];
	struct strbuf copy = { .ptr = text, .cap = sizeof(text), .cap_max = sizeof(text) };
	char *room = memory_alloc(PASSWD_BYTES);

	strbuf_add(&copy, name);
	strbuf_add_byte(&copy, '\0');
	bool known = strbuf_ok(&copy) &&
		     getpwnam_r(text, &entry, room, PASSWD_BYTES, &found) == 0 && found != NULL;
	bool changed = known && initgroups(text, entry.pw_gid) == 0 &&
		       setresgid(entry.pw_gid, entry.pw_gid, entry.pw_gid) == 0 &&
		       setresuid(entry.pw_uid, entry.pw_uid, entry.pw_uid) == 0;
	/* and there is no way back */
	bool is_so = changed && (entry.pw_uid == 0 || setresuid(0, 0, 0) != 0);
	free(room);
	return is_so ? OK : fail(why, MSG_SERVE_USER, arg_str(name));
}
