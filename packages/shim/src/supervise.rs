//! The poll loop: bytes to the log, commands from the server, limits, and the end.

use std::{
    fs,
    io::{self, Read},
    os::{
        fd::{AsFd, OwnedFd},
        unix::net::UnixStream,
    },
    time::{Duration, Instant},
};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use shim::{
    control::{Action, Command},
    record::{Ended, Exited, Kind, Note, Started},
    scope,
    spec::{EXIT_FILE, Payload, RESERVE_FILE, Spec},
};

use crate::{
    end_of_turn::MarkFinder,
    launch::{self, Program},
    log::Log,
    server::Server,
    stdin::Stdin,
};

/// One read of a pipe, and the longest record of output.
const CHUNK: usize = 64 * 1024;

/// More chunks than a pipe holds, so that what the program wrote before it ended is all read.
const DRAIN_CHUNKS: usize = 32;

/// What was left behind gets this long between being asked and being killed.
const ORPHAN_GRACE: Duration = Duration::from_millis(500);

/// Above this many reads a millisecond the pipe is left to fill for [`BREATH`]: a flood then costs
/// a wake-up a pipe instead of one a line, and a chunk waits no longer than that.
const READS_PER_MS: u32 = 16;
const BREATH: Duration = Duration::from_micros(300);

/// For so long a program that fills its pipe is read as fast as it writes, whatever the pace.
const HURRY: Duration = Duration::from_millis(200);

/// Runs the program to its end and the end of all it started; then the last record and `exit.json`.
pub fn supervise(spec: &Spec, payload: Payload, log: Log, server: Server) -> io::Result<()> {
    let children = signal_socket(&[libc::SIGCHLD])?;
    let terminate = signal_socket(&[libc::SIGTERM, libc::SIGINT, libc::SIGHUP])?;
    let mut supervisor = Supervisor::new(spec, log, server);
    match launch::launch(spec, &payload.environment) {
        Ok(Program { pid, input, output, error_output }) => {
            let start_time = scope::start_time(pid).unwrap_or(0);
            supervisor.log.append_json(Kind::Started, &Started { pid, start_time, boot_id: scope::boot_id() })?;
            supervisor.program.push(scope::Process { pid, parent: 0, start_time, zombie: false, command: String::new() });
            let stdin = Stdin::new(input);
            let mut pipes = Pipes { output: Some(output), error_output: Some(error_output), stdin, children, terminate };
            supervisor.run(&mut pipes, payload.input)?;
        }
        Err(error) => {
            let message = format!("{}: {error}", spec.argv.first().map_or("", String::as_str));
            supervisor.note(&Note::NotStarted { message })?;
        }
    }
    supervisor.finish()
}

struct Supervisor<'a> {
    spec: &'a Spec,
    log: Log,
    server: Server,
    buffer: Vec<u8>,
    /// The program, once it is started.
    program: Vec<scope::Process>,
    started: Instant,
    last_command: u64,
    output_bytes: u64,
    last_output: Instant,
    mark: MarkFinder,
    turn_ended_at: Option<Instant>,
    exit: Option<Exited>,
    /// Why the program is being ended, and when it will be killed.
    ending: Option<(String, Instant)>,
    window: (Instant, u32),
    /// Between looks at the program's output, when the server is busy.
    pace: Duration,
    /// The pipe was found half full: it is not held again before.
    hurried_until: Instant,
    /// Its output is left in the pipe until then.
    held_until: Option<Instant>,
}

impl<'a> Supervisor<'a> {
    fn new(spec: &'a Spec, log: Log, server: Server) -> Self {
        let now = Instant::now();
        Self {
            spec,
            log,
            server,
            buffer: vec![0; CHUNK],
            program: Vec::new(),
            started: now,
            last_command: 0,
            output_bytes: 0,
            last_output: now,
            mark: MarkFinder::new(spec.end_of_turn.as_bytes()),
            turn_ended_at: None,
            exit: None,
            ending: None,
            window: (now, 0),
            pace: Duration::ZERO,
            hurried_until: now,
            held_until: None,
        }
    }

    fn run(&mut self, pipes: &mut Pipes, input: Vec<u8>) -> io::Result<()> {
        for piece in input.chunks(CHUNK) {
            self.log.append(Kind::Input, piece)?;
        }
        pipes.stdin.queue(&input);
        drop(input);
        pipes.stdin.close_when_written();
        while self.exit.is_none() {
            self.server.ring(self.log.length());
            let ready = self.wait(pipes, self.next_deadline())?;
            // What was held back is read without being asked for once more.
            let beat = self.held_until.is_some_and(|until| Instant::now() >= until);
            if beat {
                self.held_until = None;
            }
            if ready.output && !beat && self.is_paced() {
                self.held_until = Some(next_beat(self.pace));
            } else if ready.output || beat {
                let before = self.output_bytes;
                if self.pump(&mut pipes.output, Kind::Output)? {
                    self.breathe((self.output_bytes - before) as usize);
                }
            }
            if ready.error_output {
                self.pump(&mut pipes.error_output, Kind::ErrorOutput)?;
            }
            if ready.input {
                pipes.stdin.write();
            }
            if ready.listener {
                self.server.accept(self.log.length());
            }
            if ready.peers {
                for command in self.server.commands() {
                    self.obey(command, &mut pipes.stdin)?;
                }
            }
            if ready.children {
                empty(&mut pipes.children);
                self.reap();
            }
            if ready.terminate {
                empty(&mut pipes.terminate);
                self.end("terminated");
            }
            self.enforce()?;
        }
        self.drain(pipes)?;
        if let Some(exit) = self.exit {
            self.log.append_json(Kind::Exited, &exit)?;
        }
        self.server.ring(self.log.length());
        self.sweep()?;
        self.drain(pipes)
    }

    /// What is readable now is all there is: an orphan may hold the pipes open for ever, or write
    /// as long as somebody reads.
    fn drain(&mut self, pipes: &mut Pipes) -> io::Result<()> {
        for _ in 0..DRAIN_CHUNKS {
            if !self.pump(&mut pipes.output, Kind::Output)? {
                break;
            }
        }
        for _ in 0..DRAIN_CHUNKS {
            if !self.pump(&mut pipes.error_output, Kind::ErrorOutput)? {
                break;
            }
        }
        Ok(())
    }

    /// Reads one chunk into the log. True when there was one.
    fn pump(&mut self, pipe: &mut Option<OwnedFd>, kind: Kind) -> io::Result<bool> {
        let Some(fd) = pipe else { return Ok(false) };
        match rustix::io::read(fd, &mut self.buffer[..]) {
            Ok(0) => *pipe = None,
            Ok(count) => {
                self.last_output = Instant::now();
                self.output_bytes += count as u64;
                if kind == Kind::Output && self.turn_ended_at.is_none() && self.mark.find(&self.buffer[..count]) {
                    self.turn_ended_at = Some(self.last_output);
                }
                // A full disk drops output; the run goes on to an end that is told.
                if !self.log.full {
                    self.log.append(kind, &self.buffer[..count])?;
                }
                return Ok(true);
            }
            Err(rustix::io::Errno::AGAIN | rustix::io::Errno::INTR) => {}
            Err(_) => *pipe = None,
        }
        Ok(false)
    }

    /// Lets output gather after a read of `count` bytes, so that many small pieces cost one wake-up. A
    /// pipe that fills is never made to wait.
    fn breathe(&mut self, count: usize) {
        if count >= CHUNK / 2 {
            self.hurried_until = Instant::now() + HURRY;
        }
        if self.is_paced() {
            self.held_until = Some(next_beat(self.pace));
            return;
        }
        let (since, reads) = &mut self.window;
        if since.elapsed() > Duration::from_millis(1) {
            self.window = (Instant::now(), 1);
        } else {
            *reads += 1;
            if *reads > READS_PER_MS {
                self.server.ring(self.log.length());
                std::thread::sleep(BREATH);
            }
        }
    }

    fn is_paced(&self) -> bool {
        !self.pace.is_zero() && Instant::now() >= self.hurried_until
    }

    fn obey(&mut self, command: Command, stdin: &mut Stdin) -> io::Result<()> {
        if let Action::Pace(ms) = command.action {
            self.pace = Duration::from_millis(ms.into());
            self.held_until = None;
            return Ok(());
        }
        if command.id <= self.last_command {
            return Ok(());
        }
        self.last_command = command.id;
        self.log.append(Kind::Command, &command.encode()[4..])?;
        match command.action {
            Action::Write(bytes) => {
                self.log.append(Kind::Input, &bytes)?;
                stdin.queue(&bytes);
            }
            Action::CloseInput => stdin.close_when_written(),
            Action::Signal(signal) => scope::signal_all(&self.program, signal),
            Action::Stop => self.end("stopped"),
            Action::Pace(_) => {}
        }
        Ok(())
    }

    fn enforce(&mut self) -> io::Result<()> {
        let limits = &self.spec.limits;
        let over = |limit_ms: u64, since: Instant| limit_ms > 0 && since.elapsed() >= Duration::from_millis(limit_ms);
        if self.ending.is_none() {
            let lingering = self.turn_ended_at.is_some_and(|at| over(limits.linger_ms.max(1), at));
            if lingering {
                self.note(&Note::Lingered)?;
                self.end("lingered");
            } else if self.log.full {
                self.note(&Note::DiskFull)?;
                self.end("disk_full");
            } else if self.turn_ended_at.is_none() {
                let limit = if over(limits.wall_ms, self.started) {
                    Some("run_timeout")
                } else if over(limits.silence_ms, self.last_output) {
                    Some("run_silent")
                } else if limits.output_bytes > 0 && self.output_bytes > limits.output_bytes {
                    Some("output_limit")
                } else {
                    None
                };
                if let Some(limit) = limit {
                    self.note(&Note::Limit { limit: limit.to_owned() })?;
                    self.end(limit);
                }
            }
        }
        if let Some((_, kill_at)) = &mut self.ending
            && Instant::now() >= *kill_at
        {
            *kill_at = Instant::now() + Duration::from_millis(100);
            let found = scope::members(Some(std::process::id() as i32), &self.spec.mark());
            let program = |process: &scope::Process| self.program.iter().any(|program| program.pid == process.pid);
            let left: Vec<&str> =
                found.iter().filter(|process| !program(process)).map(|process| process.command.as_str()).collect();
            scope::signal_all(&found, libc::SIGKILL);
            if !left.is_empty() {
                self.note(&Note::left_behind(left.into_iter()))?;
            }
        }
        if self.log.sync_at().is_some_and(|at| Instant::now() >= at) {
            self.log.sync();
        }
        Ok(())
    }

    /// Asks the program to end; it and all it started is killed after the grace.
    fn end(&mut self, cause: &str) {
        if self.ending.is_none() {
            self.ending = Some((cause.to_owned(), Instant::now() + Duration::from_millis(self.spec.limits.grace_ms)));
            scope::signal_all(&self.program, libc::SIGTERM);
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        let limits = &self.spec.limits;
        let after = |since: Instant, ms: u64| (ms > 0).then(|| since + Duration::from_millis(ms));
        let own = match (&self.ending, self.turn_ended_at) {
            (Some((_, kill_at)), _) => Some(*kill_at),
            (None, Some(at)) => after(at, limits.linger_ms.max(1)),
            (None, None) => {
                [after(self.started, limits.wall_ms), after(self.last_output, limits.silence_ms)].into_iter().flatten().min()
            }
        };
        [own, self.log.sync_at(), self.held_until].into_iter().flatten().min()
    }

    fn wait(&self, pipes: &Pipes, deadline: Option<Instant>) -> io::Result<Ready> {
        let own = [
            (pipes.output.as_ref().filter(|_| self.held_until.is_none()).map(AsFd::as_fd), PollFlags::IN),
            (pipes.error_output.as_ref().map(AsFd::as_fd), PollFlags::IN),
            (pipes.stdin.waiting(), PollFlags::OUT),
            (Some(self.server.listener.as_fd()), PollFlags::IN),
            (Some(pipes.children.as_fd()), PollFlags::IN),
            (Some(pipes.terminate.as_fd()), PollFlags::IN),
        ];
        let peers = self.server.peers.iter().map(|peer| {
            let sending = if peer.wants_to_send(self.log.length()) { PollFlags::OUT } else { PollFlags::empty() };
            (Some(peer.stream.as_fd()), PollFlags::IN | sending)
        });
        let mut slots = Vec::with_capacity(own.len() + self.server.peers.len());
        let mut fds = Vec::with_capacity(own.len() + self.server.peers.len());
        for (slot, (fd, flags)) in own.into_iter().chain(peers).enumerate() {
            if let Some(fd) = fd {
                slots.push(slot);
                fds.push(PollFd::from_borrowed_fd(fd, flags));
            }
        }
        let timeout = deadline.map(|at| {
            let left = at.saturating_duration_since(Instant::now());
            Timespec { tv_sec: left.as_secs() as i64, tv_nsec: left.subsec_nanos().into() }
        });
        match poll(&mut fds, timeout.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let mut ready = Ready::default();
        for (slot, _) in slots.into_iter().zip(&fds).filter(|(_, fd)| !fd.revents().is_empty()) {
            match slot {
                0 => ready.output = true,
                1 => ready.error_output = true,
                2 => ready.input = true,
                3 => ready.listener = true,
                4 => ready.children = true,
                5 => ready.terminate = true,
                _ => ready.peers = true,
            }
        }
        Ok(ready)
    }

    /// Takes in all children that ended; the program's own end is kept.
    fn reap(&mut self) {
        while let Some((ended, status)) = reap_one() {
            if self.program.iter().any(|program| program.pid == ended) {
                let code = libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status));
                let signal = libc::WIFSIGNALED(status).then(|| libc::WTERMSIG(status));
                self.exit = Some(Exited { code, signal, by_us: self.ending.is_some() });
            }
        }
    }

    /// Ends what the program left behind, and says what that was.
    fn sweep(&mut self) -> io::Result<()> {
        // Orphans come to their subreaper: without a child there is nobody left to look for.
        if cfg!(target_os = "linux") && is_childless() {
            return Ok(());
        }
        let (me, mark) = (std::process::id() as i32, self.spec.mark());
        let left = scope::members(Some(me), &mark);
        if !left.is_empty() {
            self.note(&Note::left_behind(left.iter().map(|process| process.command.as_str())))?;
            scope::signal_all(&left, libc::SIGTERM);
            let deadline = Instant::now() + ORPHAN_GRACE;
            while Instant::now() < deadline && !scope::members(Some(me), &mark).is_empty() {
                while reap_one().is_some() {}
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        scope::kill_all(Some(me), &mark, || while reap_one().is_some() {});
        Ok(())
    }

    fn note(&mut self, note: &Note) -> io::Result<()> {
        self.log.append_json(Kind::Note, note)
    }

    fn finish(mut self) -> io::Result<()> {
        let cause = self.ending.take().map(|(cause, _)| cause);
        let ended = Ended { exit: self.exit, turn_ended: self.turn_ended_at.is_some(), cause };
        self.log.append_json(Kind::Ended, &ended)?;
        self.server.ring(self.log.length());
        let temporary = format!("{EXIT_FILE}.tmp");
        // The log has it already; a full disk must not keep the server from hearing of the end.
        let _ = fs::write(&temporary, serde_json::to_vec(&ended)?).and_then(|()| fs::rename(&temporary, EXIT_FILE));
        let _ = fs::remove_file(RESERVE_FILE);
        self.log.sync();
        self.server.close();
        Ok(())
    }
}

struct Pipes {
    output: Option<OwnedFd>,
    error_output: Option<OwnedFd>,
    stdin: Stdin,
    /// Readable when a child has ended.
    children: UnixStream,
    /// Readable when the shim itself was asked to end.
    terminate: UnixStream,
}

#[derive(Clone, Copy, Default)]
struct Ready {
    output: bool,
    error_output: bool,
    input: bool,
    listener: bool,
    children: bool,
    terminate: bool,
    peers: bool,
}

/// A socket that becomes readable when one of `signals` comes.
fn signal_socket(signals: &[i32]) -> io::Result<UnixStream> {
    let (read, write) = UnixStream::pair()?;
    read.set_nonblocking(true)?;
    for signal in signals {
        signal_hook::low_level::pipe::register(*signal, write.try_clone()?)?;
    }
    Ok(read)
}

fn empty(socket: &mut UnixStream) {
    let mut bytes = [0; 64];
    while matches!(socket.read(&mut bytes), Ok(count) if count > 0) {}
}

/// The next multiple of `pace` on the clock that all shims share, so that they wake the server together.
fn next_beat(pace: Duration) -> Instant {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    let (now, pace) = (now.tv_sec as u128 * 1_000_000_000 + now.tv_nsec as u128, pace.as_nanos());
    Instant::now() + Duration::from_nanos((pace - now % pace) as u64)
}

fn is_childless() -> bool {
    let mut status = 0;
    // SAFETY: `status` is a valid place for the result; nobody waits for what may be reaped here.
    let pid = unsafe { libc::waitpid(-1, &raw mut status, libc::WNOHANG) };
    pid < 0 && io::Error::last_os_error().raw_os_error() == Some(libc::ECHILD)
}

fn reap_one() -> Option<(i32, i32)> {
    let mut status = 0;
    // SAFETY: `status` is a valid place for the result.
    let pid = unsafe { libc::waitpid(-1, &raw mut status, libc::WNOHANG) };
    (pid > 0).then_some((pid, status))
}
