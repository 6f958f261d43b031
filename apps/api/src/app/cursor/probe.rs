//! Asking an agent program something short: with a time limit, and leaving nothing behind.

use std::{ffi::OsString, io, path::Path, process::Stdio, time::Duration};

use tokio::{io::AsyncReadExt, process::Command};

/// More than any answer; a program that prints for ever is not read for ever.
const MAX_ANSWER: u64 = 4 << 20;

pub struct Answer {
    pub stdout: String,
    pub stderr: String,
    pub success: bool,
}

/// Runs `program` with our base environment and `extra`, standard input closed, in a process group
/// of its own that is killed when the time is over.
pub async fn output(program: &Path, arguments: &[&str], extra: &[(OsString, OsString)], limit: Duration) -> io::Result<Answer> {
    let mut command = Command::new(program);
    command.args(arguments).env_clear().envs(agents::cursor::base_environment(std::env::vars_os())).envs(extra.iter().cloned());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0).kill_on_drop(true);
    let mut child = command.spawn()?;
    let group = child.id();
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let answer = async {
        let read = async |pipe: Option<&mut (dyn tokio::io::AsyncRead + Send + Unpin)>| {
            let mut bytes = Vec::new();
            if let Some(pipe) = pipe {
                let _ = pipe.take(MAX_ANSWER).read_to_end(&mut bytes).await;
            }
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let (mut stdout, mut stderr) = (stdout, stderr);
        let (stdout, stderr) = tokio::join!(
            read(stdout.as_mut().map(|pipe| pipe as &mut (dyn tokio::io::AsyncRead + Send + Unpin))),
            read(stderr.as_mut().map(|pipe| pipe as &mut (dyn tokio::io::AsyncRead + Send + Unpin)))
        );
        let status = child.wait().await?;
        Ok(Answer { stdout, stderr, success: status.success() })
    };
    let result = tokio::time::timeout(limit, answer).await;
    if let Some(group) = group.and_then(|pid| rustix::process::Pid::from_raw(pid as i32)) {
        // What it may have started goes too; fails when nothing is left, which is as well.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    result.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}
