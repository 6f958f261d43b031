//! What the program is told: a flag before a variable before `config.toml` before the default.

mod file;

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use clap::Args;
use thiserror::Error;

pub use file::File;

pub const DEFAULT_KEEP_DAYS: u32 = 30;

pub const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 4310);

#[derive(Debug, Error)]
pub enum ConfigError {
    #[error("{path}: {message}")]
    File { path: PathBuf, message: String },
    #[error("--listen {0}: give an address and a port, such as 127.0.0.1:4310")]
    Listen(String),
    #[error("--base-path {0}: give a path such as /cursor, of letters, digits, '-', '_', '.' and '/'")]
    BasePath(String),
    #[error("--public-url {0}: give the whole URL that browsers use, such as https://agents.example.com")]
    PublicUrl(String),
    #[error("--public-url {0}: leave the path out, and give it with --base-path")]
    PublicUrlPath(String),
    #[error("agent_env {0}: not a variable that an agent program can be given")]
    AgentEnv(String),
    #[error("there is no home directory (HOME is not set); say where the data goes with --data-dir")]
    NoHome,
}

/// The options of `serve`. Each is also a variable and a key of `config.toml`.
#[derive(Args, Clone, Debug, Default)]
pub struct Options {
    /// Address and port to listen on [default: 127.0.0.1:4310]
    #[arg(long, env = "CURSOR_SELFHOST_LISTEN", value_name = "ADDRESS:PORT")]
    pub listen: Option<String>,
    #[command(flatten)]
    pub data: DataOptions,
    /// The Cursor CLI, if it is not found by itself
    #[arg(long, env = "CURSOR_SELFHOST_CURSOR_BIN", value_name = "FILE")]
    pub cursor_bin: Option<PathBuf>,
    /// The path below which everything is served, such as /cursor
    #[arg(long, env = "CURSOR_SELFHOST_BASE_PATH", value_name = "PATH")]
    pub base_path: Option<String>,
    /// The URL by which browsers reach the server, if it is not the address it listens on
    #[arg(long, env = "CURSOR_SELFHOST_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// A shell command that is run when a run has ended; it gets JSON on standard input
    #[arg(long, env = "CURSOR_SELFHOST_ON_RUN_END", value_name = "CMD")]
    pub on_run_end: Option<String>,
    /// How many days the logs and events of a run are kept; its steps stay [default: 30]
    #[arg(long, env = "CURSOR_SELFHOST_KEEP_RUN_LOGS_DAYS", value_name = "DAYS")]
    pub keep_run_logs_days: Option<u32>,
}

/// The options of every command.
#[derive(Args, Clone, Debug, Default)]
pub struct DataOptions {
    /// Where everything is kept [default: $XDG_DATA_HOME/cursor-selfhost]
    #[arg(long, env = "CURSOR_SELFHOST_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// The configuration file [default: config.toml in the data directory]
    #[arg(long, env = "CURSOR_SELFHOST_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// All of it, resolved and checked.
#[derive(Clone, Debug)]
pub struct Config {
    pub listen: SocketAddr,
    pub data_dir: PathBuf,
    pub cursor_bin: Option<PathBuf>,
    /// Empty, or with a leading and without a trailing slash.
    pub base_path: String,
    pub public_url: Option<PublicUrl>,
    pub on_run_end: Option<String>,
    /// After so many days the logs and events of a run are removed.
    pub keep_run_logs_days: u32,
    /// Variables for every agent program.
    pub agent_env: BTreeMap<String, String>,
}

/// The URL by which browsers reach the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    /// `scheme://host[:port]`, as browsers write it in `Origin`.
    pub origin: String,
    /// `host[:port]`, as they write it in `Host`.
    pub authority: String,
}

impl Config {
    pub fn resolve(options: Options) -> Result<Self, ConfigError> {
        let (data_dir, file) = data_dir(&options.data)?;
        if let Some(name) = file.agent_env.keys().find(|name| !is_variable(name)) {
            return Err(ConfigError::AgentEnv(name.clone()));
        }
        let listen = options.listen.or(file.listen);
        let listen = listen.map_or(Ok(DEFAULT_LISTEN), |text| parse_listen(&text))?;
        let base_path = options.base_path.or(file.base_path).unwrap_or_default();
        let public_url = options.public_url.or(file.public_url);
        Ok(Self {
            listen,
            data_dir,
            cursor_bin: options.cursor_bin.or(file.cursor_bin),
            base_path: parse_base_path(&base_path)?,
            public_url: public_url.map(|text| parse_public_url(&text)).transpose()?,
            on_run_end: options.on_run_end.or(file.on_run_end).filter(|command| !command.trim().is_empty()),
            keep_run_logs_days: options.keep_run_logs_days.or(file.keep_run_logs_days).unwrap_or(DEFAULT_KEEP_DAYS),
            agent_env: file.agent_env,
        })
    }
}

/// The data directory, absolute, and the configuration that goes with it.
pub fn data_dir(options: &DataOptions) -> Result<(PathBuf, File), ConfigError> {
    let named = match &options.config {
        Some(path) => Some(
            File::read(path)?
                .ok_or_else(|| ConfigError::File { path: path.clone(), message: "there is no such file".to_owned() })?,
        ),
        None => None,
    };
    let told = options.data_dir.clone().or_else(|| named.as_ref().and_then(|file| file.data_dir.clone()));
    let data_dir = match told {
        Some(path) => std::path::absolute(&path).map_err(|error| ConfigError::File { path, message: error.to_string() })?,
        None => default_data_dir()?,
    };
    let file = match named {
        Some(file) => file,
        None => File::read(&data_dir.join("config.toml"))?.unwrap_or_default(),
    };
    Ok((data_dir, file))
}

pub fn default_data_dir() -> Result<PathBuf, ConfigError> {
    let data_home = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let data_home = data_home.or_else(|| home().map(|home| home.join(".local/share"))).ok_or(ConfigError::NoHome)?;
    Ok(data_home.join("cursor-selfhost"))
}

/// The user's home directory, as the server was given it.
pub fn home() -> Option<PathBuf> {
    std::env::var_os("HOME").map(PathBuf::from).filter(|path| path.is_absolute())
}

fn parse_listen(text: &str) -> Result<SocketAddr, ConfigError> {
    let text = text.replacen("localhost:", "127.0.0.1:", 1);
    text.parse().map_err(|_| ConfigError::Listen(text))
}

fn parse_base_path(text: &str) -> Result<String, ConfigError> {
    let trimmed = text.trim_matches('/');
    let good = trimmed
        .split('/')
        .all(|part| part.chars().all(|char| char.is_ascii_alphanumeric() || "-_.".contains(char)) && !matches!(part, "." | ".."));
    match (trimmed.is_empty(), good && !trimmed.contains("//")) {
        (true, _) => Ok(String::new()),
        (false, true) => Ok(format!("/{trimmed}")),
        (false, false) => Err(ConfigError::BasePath(text.to_owned())),
    }
}

fn parse_public_url(text: &str) -> Result<PublicUrl, ConfigError> {
    let wrong = || ConfigError::PublicUrl(text.to_owned());
    let uri: http::Uri = text.parse().map_err(|_| wrong())?;
    let scheme = uri.scheme_str().filter(|scheme| matches!(*scheme, "http" | "https")).ok_or_else(wrong)?;
    let authority = uri.authority().filter(|authority| !authority.as_str().contains('@')).ok_or_else(wrong)?;
    // A path would be dropped without a word: it is --base-path's.
    if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
        return Err(ConfigError::PublicUrlPath(text.to_owned()));
    }
    let default_port = if scheme == "https" { ":443" } else { ":80" };
    let authority = authority.as_str().to_ascii_lowercase();
    let authority = authority.strip_suffix(default_port).unwrap_or(&authority).to_owned();
    Ok(PublicUrl { origin: format!("{scheme}://{authority}"), authority })
}

/// Whether an agent program may be given a variable of this name: one that shells can write, and none
/// that makes it load code.
pub fn is_variable(name: &str) -> bool {
    let plain = name.chars().all(|char| char.is_ascii_alphanumeric() || char == '_')
        && !name.starts_with(|char: char| char.is_ascii_digit());
    !name.is_empty() && plain && name != "NODE_OPTIONS"
}

/// Whether only this machine can reach the address.
pub fn is_loopback(listen: &SocketAddr) -> bool {
    listen.ip().to_canonical().is_loopback()
}

/// `path`, or where its symlinks lead.
pub fn physical(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_paths_and_public_urls_are_checked() {
        assert_eq!(parse_base_path("/").ok().as_deref(), Some(""));
        assert_eq!(parse_base_path("a/b/").ok().as_deref(), Some("/a/b"));
        for wrong in ["/a b", "/a/../b", "/<x>", "/a//b"] {
            assert!(parse_base_path(wrong).is_err(), "{wrong}");
        }
        let url = parse_public_url("https://Agents.example.com:443/").ok();
        assert_eq!(url.map(|url| url.origin).as_deref(), Some("https://agents.example.com"));
        for wrong in ["agents.example.com", "ftp://x", "https://", "http://u@h", "https://h/x"] {
            assert!(parse_public_url(wrong).is_err(), "{wrong}");
        }
    }
}
