//! Running a [`Git`]: what it says is bounded, and who does not wait for it any more ends it, with all it started.

use std::{
    io,
    process::{ExitStatus, Stdio},
};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    process::{Child, ChildStdin, ChildStdout},
};

use super::{Git, GitError};

/// So much of what git says of itself is kept, from the end.
const WORDS: usize = 16 * 1024;

/// What git reads.
#[derive(Default)]
pub enum Input {
    #[default]
    Nothing,
    Bytes(Vec<u8>),
    /// Held open by git for as long as it lives, and not read: a lock.
    File(std::fs::File),
}

/// What came of a command, whether it succeeded or not.
pub struct Output {
    pub status: ExitStatus,
    pub stdout: Vec<u8>,
    pub words: String,
}

impl Git {
    /// Runs it; standard output, if it succeeded.
    pub async fn output(self) -> Result<Vec<u8>, GitError> {
        self.output_with(Input::Nothing).await
    }

    pub async fn output_with(self, input: Input) -> Result<Vec<u8>, GitError> {
        self.output_telling(input, |_| ()).await
    }

    /// The same as text, without the newline at its end.
    pub async fn text(self) -> Result<String, GitError> {
        let mut text = String::from_utf8_lossy(&self.output().await?).into_owned();
        text.truncate(text.trim_end_matches('\n').len());
        Ok(text)
    }

    /// `tell` gets what git says of itself line by line, progress too.
    pub async fn output_telling(self, input: Input, tell: impl FnMut(&str) + Send) -> Result<Vec<u8>, GitError> {
        let command = self.name.clone();
        let output = self.any_output(input, tell).await?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        Err(GitError::Failed { command, code: output.status.code(), words: output.words })
    }

    /// The same, also of a command that failed.
    pub async fn any_output(self, input: Input, tell: impl FnMut(&str) + Send) -> Result<Output, GitError> {
        let (timeout, name, most) = (self.timeout, self.name.clone(), self.most_output);
        let stdin = match &input {
            Input::Bytes(_) => Stdio::piped(),
            _ => Stdio::null(),
        };
        let (stdin, bytes) = match input {
            Input::Nothing => (stdin, None),
            Input::Bytes(bytes) => (stdin, Some(bytes)),
            Input::File(file) => (Stdio::from(file), None),
        };
        let mut running = Running::start(&self, stdin)?;
        let work = async {
            let (stdin, stdout, stderr) = (running.child.stdin.take(), running.child.stdout.take(), running.child.stderr.take());
            let write = async {
                if let (Some(mut stdin), Some(bytes)) = (stdin, bytes) {
                    // A git that has read enough says so itself.
                    let _ = stdin.write_all(&bytes).await;
                }
            };
            let (_, stdout, words) = tokio::join!(write, read_bounded(stdout, most), read_words(stderr, tell));
            let (stdout, words) = (stdout?, words?);
            let status = running.child.wait().await?;
            running.ended = true;
            let stdout = stdout.ok_or_else(|| GitError::TooMuch { command: name.clone() })?;
            Ok(Output { status, stdout, words })
        };
        match tokio::time::timeout(timeout, work).await {
            Ok(output) => output,
            Err(_) => Err(GitError::TimedOut { command: name }),
        }
    }

    /// Starts it with pipes for a conversation, as with a remote.
    pub fn converse(self) -> Result<(Running, ChildStdin, ChildStdout), GitError> {
        let mut running = Running::start(&self, Stdio::piped())?;
        let missing = || GitError::Io(io::Error::other("no pipe"));
        let stdin = running.child.stdin.take().ok_or_else(missing)?;
        let stdout = running.child.stdout.take().ok_or_else(missing)?;
        Ok((running, stdin, stdout))
    }
}

/// A git that runs. Dropped, it is ended with all it started.
pub struct Running {
    child: Child,
    ended: bool,
}

impl Running {
    fn start(git: &Git, stdin: Stdio) -> Result<Self, GitError> {
        let child = git.command().stdin(stdin).spawn().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => GitError::Missing,
            _ => GitError::Io(error),
        })?;
        Ok(Self { child, ended: false })
    }

    /// Waits for its end; what it said of itself.
    pub async fn wait(mut self) -> Result<(ExitStatus, String), GitError> {
        let stderr = self.child.stderr.take();
        let words = read_words(stderr, |_| ()).await?;
        let status = self.child.wait().await?;
        self.ended = true;
        Ok((status, words))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.ended
            && let Some(pid) = self.child.id().and_then(|id| Pid::from_raw(id as i32))
        {
            // It leads a group of its own.
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }
}

/// `None`: there was more than `most`.
async fn read_bounded(pipe: Option<impl AsyncRead + Unpin>, most: usize) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let Some(pipe) = pipe else { return Ok(Some(bytes)) };
    let mut limited = pipe.take(most as u64 + 1);
    limited.read_to_end(&mut bytes).await?;
    if bytes.len() <= most {
        return Ok(Some(bytes));
    }
    // Read on, so that it ends.
    let mut rest = limited.into_inner();
    tokio::io::copy(&mut rest, &mut tokio::io::sink()).await?;
    Ok(None)
}

/// What git says; progress is told and not kept.
async fn read_words(pipe: Option<impl AsyncRead + Unpin>, mut tell: impl FnMut(&str)) -> io::Result<String> {
    let (mut words, mut line, mut buffer) = (String::new(), Vec::new(), [0; 4096]);
    let Some(mut pipe) = pipe else { return Ok(words) };
    // A carriage return ends progress, unless a newline follows, as ssh writes it.
    let mut returned = false;
    loop {
        let read = pipe.read(&mut buffer).await?;
        for &byte in &buffer[..read] {
            if std::mem::take(&mut returned) && byte != b'\n' {
                take_line(&mut line, false, &mut words, &mut tell);
            }
            match byte {
                b'\n' => take_line(&mut line, true, &mut words, &mut tell),
                b'\r' => returned = true,
                // A line without an end is none.
                _ if line.len() < WORDS => line.push(byte),
                _ => {}
            }
        }
        if read == 0 {
            take_line(&mut line, true, &mut words, &mut tell);
            words.truncate(words.trim_end().len());
            return Ok(words);
        }
    }
}

fn take_line(line: &mut Vec<u8>, keep: bool, words: &mut String, tell: &mut impl FnMut(&str)) {
    let text = String::from_utf8_lossy(line).into_owned();
    line.clear();
    if text.trim().is_empty() {
        return;
    }
    tell(&text);
    let is_progress = text.contains('%') && text.contains("done");
    if keep && !is_progress {
        words.push_str(text.trim_end());
        words.push('\n');
        if words.len() > WORDS {
            let cut = words.len() - WORDS;
            let cut = words.char_indices().map(|(at, _)| at).find(|at| *at >= cut).unwrap_or(0);
            words.drain(..cut);
        }
    }
}
