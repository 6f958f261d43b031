//! The CLI's own `login`, started for a person who sits at the page: its link is shown there.

use std::{
    path::Path,
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{io::AsyncReadExt, process::Command};
use tokio_util::sync::CancellationToken;

/// What the CLI has printed is kept to this length.
const MAX_OUTPUT: usize = 16 * 1024;

/// Nobody follows a link for longer.
const LONGEST: Duration = Duration::from_secs(15 * 60);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LoginState {
    #[default]
    Idle,
    Waiting,
    Succeeded,
    Failed,
}

#[derive(Clone, Debug, Default)]
pub struct Login {
    pub state: LoginState,
    /// The first link that the CLI printed.
    pub url: Option<String>,
    pub output: String,
}

#[derive(Clone, Default)]
pub struct LoginProcess {
    current: Arc<Mutex<(Login, CancellationToken)>>,
}

impl LoginProcess {
    pub fn current(&self) -> Login {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).0.clone()
    }

    pub fn stop(&self) {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).1.cancel();
    }

    /// Begins unless one waits already. The future runs it to its end; true when it succeeded.
    pub fn begin(&self, shutdown: &CancellationToken) -> Option<CancellationToken> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.0.state == LoginState::Waiting {
            return None;
        }
        *current = (Login { state: LoginState::Waiting, ..Login::default() }, shutdown.child_token());
        Some(current.1.clone())
    }

    pub async fn run(&self, program: &Path, cancelled: CancellationToken) -> bool {
        let mut command = Command::new(program);
        command.arg("login").env_clear().envs(agents::cursor::base_environment(std::env::vars_os()));
        command.env("NO_OPEN_BROWSER", "1").env_remove("CURSOR_API_KEY");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0).kill_on_drop(true);
        let success = match command.spawn() {
            Ok(mut child) => {
                let group = child.id();
                let followed = async {
                    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
                    tokio::join!(self.follow(stdout), self.follow(stderr));
                    child.wait().await.is_ok_and(|status| status.success())
                };
                let success = tokio::select! {
                    success = followed => success,
                    () = cancelled.cancelled() => false,
                    () = tokio::time::sleep(LONGEST) => false,
                };
                if let Some(group) = group.and_then(|pid| rustix::process::Pid::from_raw(pid as i32)) {
                    let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
                }
                success
            }
            Err(error) => {
                self.append(&format!("{}: {error}", program.display()));
                false
            }
        };
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        current.0.state = match (success, cancelled.is_cancelled()) {
            (true, _) => LoginState::Succeeded,
            (false, true) => LoginState::Idle,
            (false, false) => LoginState::Failed,
        };
        success
    }

    async fn follow(&self, pipe: Option<impl tokio::io::AsyncRead + Unpin>) {
        let Some(mut pipe) = pipe else { return };
        let mut buffer = [0; 4096];
        while let Ok(count) = pipe.read(&mut buffer).await {
            if count == 0 {
                return;
            }
            self.append(&String::from_utf8_lossy(&buffer[..count]));
        }
    }

    fn append(&self, text: &str) {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let login = &mut current.0;
        if login.output.len() < MAX_OUTPUT {
            login.output.push_str(text);
        }
        login.url = link_in(&login.output);
    }
}

/// The first `https://` link in `text`, once it is followed by something that ends it.
fn link_in(text: &str) -> Option<String> {
    let rest = &text[text.find("https://")?..];
    let end = rest.find(|char: char| char.is_whitespace() || char.is_control() || matches!(char, '"' | '\'' | '<' | '>'));
    Some(rest[..end?].to_owned())
}

#[cfg(test)]
mod tests {
    use super::link_in;

    #[test]
    fn a_link_is_taken_when_it_is_whole() {
        assert_eq!(link_in("Open https://cursor.com/x?a=1"), None);
        assert_eq!(link_in("Open https://cursor.com/x?a=1&b=2\n").as_deref(), Some("https://cursor.com/x?a=1&b=2"));
        assert_eq!(link_in("\u{1b}[4mhttps://c.com/y\u{1b}[0m").as_deref(), Some("https://c.com/y"));
        assert_eq!(link_in("nothing"), None);
    }
}
