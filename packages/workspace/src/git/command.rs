use std::{
    ffi::{OsStr, OsString},
    path::Path,
    process::Stdio,
    time::Duration,
};

/// What holds for every command of ours, whatever a repository's own configuration says.
const CONFIG: [(&str, &str); 21] = [
    ("core.fsmonitor", "false"),
    ("core.hooksPath", "/dev/null"),
    ("core.pager", "cat"),
    ("core.editor", "true"),
    ("core.askPass", ""),
    ("core.attributesFile", "/dev/null"),
    ("core.excludesFile", "/dev/null"),
    ("core.untrackedCache", "false"),
    ("core.quotePath", "false"),
    ("credential.helper", ""),
    ("diff.ignoreSubmodules", "all"),
    ("commit.gpgSign", "false"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    ("submodule.recurse", "false"),
    ("fetch.recurseSubmodules", "false"),
    ("push.recurseSubmodules", "no"),
    // Remote helpers, `ext::` among them, run what they are told.
    ("protocol.allow", "never"),
    ("init.defaultBranch", "main"),
    ("advice.detachedHead", "false"),
    // Whose a directory is, is looked at where it is chosen.
    ("safe.directory", "*"),
];

const PROTOCOLS: [&str; 4] = ["http", "https", "ssh", "file"];

/// One git command, not yet run.
pub struct Git {
    pub(super) name: String,
    args: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    config: Vec<(String, OsString)>,
    directory: Option<OsString>,
    pub(super) timeout: Duration,
    pub(super) most_output: usize,
}

impl Git {
    /// `name`: the subcommand.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            args: Vec::new(),
            environment: Vec::new(),
            config: CONFIG.iter().map(|(key, value)| ((*key).to_owned(), value.into())).collect(),
            directory: None,
            timeout: Duration::from_secs(600),
            most_output: 256 << 20,
        }
    }

    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    pub fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    /// Of ours, or [a view of another](crate::overlay) that is.
    pub fn git_dir(self, path: &Path) -> Self {
        self.env("GIT_DIR", path)
    }

    /// Also the directory in which the command runs.
    pub fn work_tree(self, path: &Path) -> Self {
        self.env("GIT_WORK_TREE", path).current_dir(path)
    }

    pub fn index(self, path: &Path) -> Self {
        self.env("GIT_INDEX_FILE", path)
    }

    pub fn current_dir(mut self, path: &Path) -> Self {
        self.directory = Some(path.as_os_str().to_owned());
        self
    }

    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.environment.push((name.into(), value.as_ref().to_owned()));
        self
    }

    /// Counts more than anything a repository says, and than what was said before here.
    pub fn config(mut self, key: &str, value: impl AsRef<OsStr>) -> Self {
        self.config.push((key.to_owned(), value.as_ref().to_owned()));
        self
    }

    /// For commands that talk to a remote: those protocols that run nothing.
    pub fn with_protocols(mut self) -> Self {
        for protocol in PROTOCOLS {
            self = self.config(&format!("protocol.{protocol}.allow"), "always");
        }
        self
    }

    /// Ten minutes unless told.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Bytes of standard output; 256 MB unless told.
    pub fn most_output(mut self, bytes: usize) -> Self {
        self.most_output = bytes;
        self
    }

    pub(super) fn command(&self) -> tokio::process::Command {
        let mut command = tokio::process::Command::new("git");
        command.arg(&self.name).args(&self.args).env_clear();
        for name in ["PATH", "TMPDIR"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command
            .env("LC_ALL", "C.UTF-8")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_ATTR_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_SSH_COMMAND", "false")
            .env("GIT_EDITOR", "true")
            .env("GIT_CONFIG_COUNT", self.config.len().to_string());
        for (number, (key, value)) in self.config.iter().enumerate() {
            command.env(format!("GIT_CONFIG_KEY_{number}"), key).env(format!("GIT_CONFIG_VALUE_{number}"), value);
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        if let Some(directory) = &self.directory {
            command.current_dir(directory);
        }
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0).kill_on_drop(true);
        command
    }
}
