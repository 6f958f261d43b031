//! The server's end of a shim: starting it, the doorbell, and commands.

use std::{fs, io, os::fd::AsRawFd, path::Path, process::Stdio, time::Duration};

use shim::{
    control::{Action, Command},
    spec::{CONTROL_SOCKET, Payload, Spec},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        UnixStream,
        unix::{OwnedReadHalf, OwnedWriteHalf},
    },
    process::Child,
};

use crate::{RunDirectory, open_files};

/// Starts a shim and gives it what must not stand in a file. Returns once it listens.
pub async fn start(program: &Path, directory: &RunDirectory, spec: &Spec, payload: Payload) -> io::Result<Child> {
    let spec_json = serde_json::to_vec_pretty(spec)?;
    fs::write(directory.spec(), spec_json)?;
    let errors = fs::File::create(directory.shim_errors())?;
    let mut command = tokio::process::Command::new(program);
    command.arg(directory.path()).env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(errors);
    if let Some(limit) = open_files::before() {
        command.env(open_files::VARIABLE, limit.to_string());
    }
    let mut child = spawn(&mut command).await?;
    if let Some(mut input) = child.stdin.take() {
        // A shim that died reads nothing; the byte that does not come below tells of it.
        let _ = input.write_all(&payload.encode()).await;
    }
    if let Some(mut output) = child.stdout.take() {
        let mut ready = [0];
        if output.read(&mut ready).await? == 0 {
            let _ = child.wait().await;
            let said = fs::read_to_string(directory.shim_errors()).unwrap_or_default();
            return Err(io::Error::other(said.trim().to_owned()));
        }
    }
    Ok(child)
}

/// A program that was just written is busy for as long as another thread's fork holds on to the file.
async fn spawn(command: &mut tokio::process::Command) -> io::Result<Child> {
    for _ in 0..100 {
        match command.spawn() {
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy => {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            other => return other,
        }
    }
    command.spawn()
}

/// A connection to a shim that lives.
pub struct Connection {
    doorbell: OwnedReadHalf,
    commands: OwnedWriteHalf,
    partial: Vec<u8>,
}

impl Connection {
    pub async fn open(directory: &RunDirectory) -> io::Result<Self> {
        let stream = if cfg!(target_os = "linux") {
            // Socket paths are short; the data directory's need not be.
            let opened = directory.open()?;
            UnixStream::connect(format!("/proc/self/fd/{}/{CONTROL_SOCKET}", opened.as_raw_fd())).await?
        } else {
            UnixStream::connect(directory.path().join(CONTROL_SOCKET)).await?
        };
        let (doorbell, commands) = stream.into_split();
        Ok(Self { doorbell, commands, partial: Vec::new() })
    }

    /// The length of the log, when it has grown; `None` when the shim is gone. Cancel safe.
    pub async fn ring(&mut self) -> Option<u64> {
        loop {
            let whole = self.partial.len() / 8 * 8;
            if let Some(last) = self.partial[..whole].last_chunk::<8>() {
                let length = u64::from_le_bytes(*last);
                self.partial.drain(..whole);
                return Some(length);
            }
            let mut bytes = [0; 512];
            match self.doorbell.read(&mut bytes).await {
                Ok(0) | Err(_) => return None,
                Ok(count) => self.partial.extend_from_slice(&bytes[..count]),
            }
        }
    }

    pub async fn send(&mut self, id: u64, action: Action) -> io::Result<()> {
        self.commands.write_all(&Command { id, action }.encode()).await
    }
}
