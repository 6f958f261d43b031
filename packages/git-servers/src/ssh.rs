use std::{
    fs, io,
    net::SocketAddr,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Stdio,
};

use tempfile::TempDir;
use tokio::{
    net::TcpListener,
    process::{Child, Command},
    task::JoinHandle,
};

/// OpenSSH's `sshd`, one process a connection, which lets one key in.
pub struct SshServer {
    address: SocketAddr,
    directory: TempDir,
    root: PathBuf,
    task: JoinHandle<()>,
}

const SSHD: &str = "/usr/sbin/sshd";

impl SshServer {
    /// Serves what is below `root`. Fails where no `sshd` is installed.
    pub async fn start(root: &Path) -> io::Result<Self> {
        if !Path::new(SSHD).exists() {
            return Err(io::Error::new(io::ErrorKind::NotFound, "there is no sshd; install openssh-server"));
        }
        // Where the superuser's sshd wants its empty directory; for others it does not matter.
        let _ = fs::create_dir_all("/run/sshd");
        let directory = tempfile::tempdir()?;
        let at = |name: &str| directory.path().join(name);
        for key in ["host_key", "client_key", "other_key"] {
            let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(at(key)).status().await?;
            if !made.success() {
                return Err(io::Error::other("ssh-keygen failed"));
            }
        }
        fs::copy(at("client_key.pub"), at("authorized_keys"))?;
        let path = std::env::var("PATH").unwrap_or_default();
        let config = [
            format!("HostKey {}", at("host_key").display()),
            format!("AuthorizedKeysFile {}", at("authorized_keys").display()),
            format!("SetEnv PATH={path} GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0=*"),
            "PidFile none\nUsePAM no\nStrictModes no\nPasswordAuthentication no\nPermitRootLogin yes\nAcceptEnv GIT_PROTOCOL\n"
                .to_owned(),
        ];
        fs::write(at("sshd_config"), config.join("\n"))?;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let config = at("sshd_config");
        let task = tokio::spawn(async move {
            let mut connections: Vec<Child> = Vec::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.retain_mut(|child| child.try_wait().is_ok_and(|ended| ended.is_none()));
                connections.extend(connection(&config, stream).ok());
            }
        });
        Ok(Self { address, directory, root: root.to_owned(), task })
    }

    /// `ssh://` and the path of a repository below the root.
    pub fn url(&self, path: &str) -> String {
        format!("ssh://{}@127.0.0.1:{}{}", user(), self.address.port(), self.root.join(path).display())
    }

    /// Makes `home` one that has the key that is let in, or one that is not.
    pub fn put_key(&self, home: &Path, let_in: bool) -> io::Result<()> {
        let ssh = home.join(".ssh");
        fs::create_dir_all(&ssh)?;
        let key = ssh.join("id_ed25519");
        fs::copy(self.directory.path().join(if let_in { "client_key" } else { "other_key" }), &key)?;
        fs::set_permissions(key, fs::Permissions::from_mode(0o600))
    }
}

impl Drop for SshServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn connection(config: &Path, stream: tokio::net::TcpStream) -> io::Result<Child> {
    let stream = stream.into_std()?;
    stream.set_nonblocking(false)?;
    let input: std::os::fd::OwnedFd = stream.try_clone()?.into();
    let output: std::os::fd::OwnedFd = stream.into();
    Command::new(SSHD)
        .args(["-i", "-e", "-f"])
        .arg(config)
        .stdin(Stdio::from(input))
        .stdout(Stdio::from(output))
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
}

/// Who runs this, as `sshd` knows them.
fn user() -> String {
    let id = std::process::Command::new("id").arg("-un").output();
    id.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_else(|_| "root".to_owned())
}
