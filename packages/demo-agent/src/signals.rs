//! SIGINT and SIGTERM end the program at once with its own exit codes and without a result.

/// How the program answers from now on.
pub fn install(ignore_term: bool) {
    // SAFETY: the handlers only call async-signal-safe functions.
    unsafe {
        libc::signal(libc::SIGINT, on_interrupt as *const () as libc::sighandler_t);
        let on_term = if ignore_term { libc::SIG_IGN } else { on_terminate as *const () as libc::sighandler_t };
        libc::signal(libc::SIGTERM, on_term);
    }
}

/// Ends the program by a signal, as if it had crashed.
pub fn crash(signal: i32) -> ! {
    // SAFETY: plain system calls.
    unsafe {
        libc::signal(signal, libc::SIG_DFL);
        libc::kill(libc::getpid(), signal);
    }
    std::process::abort()
}

extern "C" fn on_interrupt(_: libc::c_int) {
    const WORDS: &[u8] = b"Aborting operation...\n";
    // SAFETY: both are async-signal-safe.
    unsafe {
        libc::write(2, WORDS.as_ptr().cast(), WORDS.len());
        libc::_exit(130);
    }
}

extern "C" fn on_terminate(_: libc::c_int) {
    // SAFETY: async-signal-safe.
    unsafe { libc::_exit(143) }
}
