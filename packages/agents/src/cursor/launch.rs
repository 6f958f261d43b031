//! How the CLI is started: public flags only, the model always named, the session id always ours,
//! and an environment built from nothing. The prompt goes to standard input, never into the arguments.

use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};

use domain::{Mode, Permission};
use uuid::Uuid;

/// What a turn is to be started with.
#[derive(Clone, Copy, Debug)]
pub struct LaunchRequest<'a> {
    /// The absolute path of the program.
    pub program: &'a Path,
    /// The directory to work in.
    pub workspace: &'a Path,
    /// The chat's id, minted by us for its first turn too.
    pub session: Uuid,
    /// An id from the list of models; none is Auto.
    pub model: Option<&'a str>,
    pub permission: Permission,
    pub mode: Mode,
    pub config_dir: &'a Path,
    pub data_dir: &'a Path,
    pub api_key: Option<&'a str>,
}

/// A command line and what it adds to the base environment.
#[derive(Clone, PartialEq, Eq)]
pub struct Launch {
    pub program: PathBuf,
    pub args: Vec<OsString>,
    pub env: Vec<(OsString, OsString)>,
}

// Values of variables may be secret.
impl std::fmt::Debug for Launch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<_> = self.env.iter().map(|(name, _)| name).collect();
        f.debug_struct("Launch").field("program", &self.program).field("args", &self.args).field("env", &names).finish()
    }
}

pub fn launch(request: &LaunchRequest<'_>) -> Launch {
    let mut args: Vec<OsString> =
        ["-p", "--output-format", "stream-json", "--stream-partial-output", "--trust"].map(Into::into).into();
    match (request.mode, request.permission) {
        (Mode::Plan, _) => args.extend(["--mode".into(), "plan".into()]),
        (Mode::Agent, Permission::ReadOnly) => args.extend(["--mode".into(), "ask".into()]),
        (Mode::Agent, Permission::Everything) => args.push("--force".into()),
        (Mode::Agent, Permission::Rules) => {}
    }
    // Named even if it is the default: the CLI keeps the last one named.
    args.extend(["--model".into(), request.model.filter(|model| !model.is_empty()).unwrap_or("auto").into()]);
    args.extend(["--workspace".into(), request.workspace.into()]);
    // In one word: the option's value is optional.
    args.push(format!("--resume={}", request.session).into());

    let mut env: Vec<(OsString, OsString)> =
        vec![("CURSOR_CONFIG_DIR".into(), request.config_dir.into()), ("CURSOR_DATA_DIR".into(), request.data_dir.into())];
    // An empty key is an invalid one to the CLI, not a missing one.
    if let Some(key) = request.api_key.filter(|key| !key.is_empty()) {
        env.push(("CURSOR_API_KEY".into(), key.into()));
    }
    Launch { program: request.program.to_owned(), args, env }
}

const PASSED: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "TZ",
    "TMPDIR",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "ALL_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "all_proxy",
    "NODE_USE_ENV_PROXY",
    "NODE_EXTRA_CA_CERTS",
    "SSH_AUTH_SOCK",
    "CURSOR_API_KEY",
];

/// What of the server's own environment the agent program may see: nothing that could steer it, load
/// code into it or tell it our secrets.
pub fn base_environment(vars: impl Iterator<Item = (OsString, OsString)>) -> Vec<(OsString, OsString)> {
    vars.filter(|(name, value)| {
        let passed =
            PASSED.iter().any(|passed| name == OsStr::new(passed)) || name.to_str().is_some_and(|name| name.starts_with("LC_"));
        passed && !(name == OsStr::new("CURSOR_API_KEY") && value.is_empty())
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> LaunchRequest<'static> {
        LaunchRequest {
            program: Path::new("/opt/cursor-agent"),
            workspace: Path::new("/home/me/project"),
            session: Uuid::from_u128(7),
            model: None,
            permission: Permission::Everything,
            mode: Mode::Agent,
            config_dir: Path::new("/data/config"),
            data_dir: Path::new("/data/data"),
            api_key: Some(""),
        }
    }

    fn line(request: &LaunchRequest<'_>) -> String {
        launch(request).args.join(OsStr::new(" ")).to_string_lossy().into_owned()
    }

    #[test]
    fn the_whole_line() {
        assert_eq!(
            line(&request()),
            "-p --output-format stream-json --stream-partial-output --trust --force --model auto \
             --workspace /home/me/project --resume=00000000-0000-0000-0000-000000000007"
        );
    }

    #[test]
    fn what_may_be_changed_decides_the_mode() {
        let with = |mode, permission| line(&LaunchRequest { mode, permission, model: Some("x"), ..request() });
        assert!(with(Mode::Agent, Permission::ReadOnly).contains("--trust --mode ask --model x"));
        assert!(with(Mode::Agent, Permission::Rules).contains("--trust --model x"));
        for permission in [Permission::ReadOnly, Permission::Rules, Permission::Everything] {
            assert!(with(Mode::Plan, permission).contains("--trust --mode plan --model x"));
        }
    }

    #[test]
    fn an_empty_key_is_left_out_and_none_is_printed() {
        let names = |launch: &Launch| launch.env.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&launch(&request())), ["CURSOR_CONFIG_DIR", "CURSOR_DATA_DIR"]);
        let with_key = launch(&LaunchRequest { api_key: Some("sekrit"), ..request() });
        assert_eq!(names(&with_key), ["CURSOR_CONFIG_DIR", "CURSOR_DATA_DIR", "CURSOR_API_KEY"]);
        assert!(!format!("{with_key:?}").contains("sekrit"));
    }

    #[test]
    fn the_environment_is_a_chosen_one() {
        let given = [
            ("PATH", "/bin"),
            ("LC_ALL", "C"),
            ("NODE_OPTIONS", "--require x"),
            ("CURSOR_API_KEY", ""),
            ("CURSOR_API_ENDPOINT", "x"),
            ("https_proxy", "p"),
            ("DATABASE_URL", "secret"),
        ];
        let env = base_environment(given.into_iter().map(|(name, value)| (name.into(), value.into())));
        let names: Vec<_> = env.iter().filter_map(|(name, _)| name.to_str()).collect();
        assert_eq!(names, ["PATH", "LC_ALL", "https_proxy"]);
    }
}
