use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};

use super::account::Account;
use crate::{
    app::{cursor::program::Finder, data_directory::DataDirectory},
    config::{self, Config, Options},
};

const UNIT: &str = "cursor-selfhost.service";

#[derive(Args)]
pub struct Service {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write a systemd unit that serves with these options, and print how to start it
    Install(Box<Install>),
    /// Remove the unit; the data stays
    Uninstall(Uninstall),
}

#[derive(Args)]
struct Install {
    /// For the whole machine, run as --run-as, instead of for this user
    #[arg(long)]
    system: bool,
    /// The user that a system service runs as [default: who calls, under sudo who called that]
    #[arg(long, value_name = "USER", requires = "system")]
    run_as: Option<String>,
    /// Print the unit instead of writing it
    #[arg(long)]
    print: bool,
    #[command(flatten)]
    options: Options,
}

#[derive(Args)]
struct Uninstall {
    #[arg(long)]
    system: bool,
}

impl Service {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            Command::Install(install) => install.run().await,
            Command::Uninstall(uninstall) => uninstall.run(),
        }
    }
}

impl Install {
    async fn run(self) -> anyhow::Result<ExitCode> {
        let mut options = self.options;
        let config = Config::resolve(options.clone())?;
        let program = std::env::current_exe()?;
        let account = match (self.system, self.run_as) {
            (false, _) => None,
            (true, Some(user)) => Some(Account::of(&user).await?),
            (true, None) => Some(Account::of_caller().await?),
        };
        // Another user's data and CLI are not found through this one's environment.
        let data_dir = match &account {
            Some(account) if options.data.data_dir.is_none() => account.home.join(".local/share/cursor-selfhost"),
            _ => config.data_dir.clone(),
        };
        options.data.data_dir = Some(data_dir.clone());
        let cli = match &account {
            Some(account) => account.cli(),
            None => Finder::new(config.cursor_bin.clone()).find().await.and_then(|cli| cli.path.parent().map(Path::to_owned)),
        };
        let unit = unit(&program, &arguments(&options)?, cli.as_deref(), account.as_ref().map(|account| account.name.as_str()));
        if self.print {
            super::print(unit.trim_end())?;
            return Ok(ExitCode::SUCCESS);
        }
        if cfg!(not(target_os = "linux")) {
            bail!("this system has no systemd; start `cursor-selfhost serve` by what it has instead");
        }
        // Made now, so that it is theirs whose service it is.
        DataDirectory::open(&data_dir)?;
        if let Some(account) = &account {
            account.own(&data_dir)?;
        }
        let path = place(self.system)?;
        let replaced = fs::read_to_string(&path).is_ok_and(|before| before != unit);
        path.parent().map_or(Ok(()), fs::create_dir_all).with_context(|| format!("cannot write {}", path.display()))?;
        fs::write(&path, &unit).with_context(|| format!("cannot write {}", path.display()))?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644))?;
        let ctl = if self.system { "sudo systemctl" } else { "systemctl --user" };
        let verb = if replaced { "Replaced" } else { "Wrote" };
        let mut text = format!("{verb} {}. Start it, now and with the machine:\n", path.display());
        text += &format!("  {ctl} daemon-reload\n  {ctl} enable cursor-selfhost\n  {ctl} restart cursor-selfhost\n");
        if !self.system {
            text += "  loginctl enable-linger          so that it also runs while you are not logged in\n";
        }
        text += "  cursor-selfhost link            prints a link into it";
        if cli.is_none() {
            text += "\nThe Cursor CLI was not found; install it, then run this again so that the service finds it.";
        }
        super::print(&text)?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Uninstall {
    fn run(self) -> anyhow::Result<ExitCode> {
        let path = place(self.system)?;
        let ctl = if self.system { "sudo systemctl" } else { "systemctl --user" };
        match fs::remove_file(&path) {
            Ok(()) => super::print(&format!(
                "Removed {}. If it still runs: {ctl} disable --now cursor-selfhost; {ctl} daemon-reload",
                path.display()
            ))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                super::print(&format!("There is no {}.", path.display()))?;
            }
            Err(error) => return Err(error).with_context(|| format!("cannot remove {}", path.display())),
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn place(system: bool) -> anyhow::Result<PathBuf> {
    if system {
        return Ok(Path::new("/etc/systemd/system").join(UNIT));
    }
    let config_home = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let config_home = config_home.or_else(|| config::home().map(|home| home.join(".config")));
    Ok(config_home.context("there is no home directory (HOME is not set)")?.join("systemd/user").join(UNIT))
}

/// What `serve` is given: every option that was said, with paths that mean the same from anywhere.
fn arguments(options: &Options) -> anyhow::Result<Vec<String>> {
    let absolute = |path: &PathBuf| std::path::absolute(path).map(|path| path.to_string_lossy().into_owned());
    // A program that is named without a directory is looked for on PATH.
    let program =
        |path: &PathBuf| if path.components().count() > 1 { absolute(path) } else { Ok(path.to_string_lossy().into_owned()) };
    let mut arguments = vec!["serve".to_owned(), "--no-open".to_owned()];
    for (name, value) in [
        ("--listen", options.listen.clone()),
        ("--data-dir", options.data.data_dir.as_ref().map(absolute).transpose()?),
        ("--config", options.data.config.as_ref().map(absolute).transpose()?),
        ("--cursor-bin", options.cursor_bin.as_ref().map(program).transpose()?),
        ("--base-path", options.base_path.clone()),
        ("--public-url", options.public_url.clone()),
        ("--on-run-end", options.on_run_end.clone()),
        ("--keep-run-logs-days", options.keep_run_logs_days.map(|days| days.to_string())),
    ] {
        if let Some(value) = value {
            arguments.extend([name.to_owned(), value]);
        }
    }
    Ok(arguments)
}

fn unit(program: &Path, arguments: &[String], cli: Option<&Path>, run_as: Option<&str>) -> String {
    let words: Vec<String> =
        std::iter::once(program.to_string_lossy().as_ref()).chain(arguments.iter().map(String::as_str)).map(argument).collect();
    let path = std::env::var("PATH").unwrap_or_default();
    let mut directories: Vec<String> = Vec::new();
    for directory in cli.map(|path| path.to_string_lossy().into_owned()).into_iter().chain(path.split(':').map(str::to_owned)) {
        if directory.starts_with('/') && !directories.contains(&directory) {
            directories.push(directory);
        }
    }
    let user = run_as.map(|user| format!("User={user}\n")).unwrap_or_default();
    let target = if run_as.is_some() { "multi-user.target" } else { "default.target" };
    format!(
        "[Unit]\n\
         Description=Cursor Self-Host\n\
         After=network-online.target\n\
         Wants=network-online.target\n\
         \n\
         [Service]\n\
         ExecStart={}\n\
         {user}Environment={}\n\
         Restart=on-failure\n\
         RestartSec=1\n\
         # Another server has the data already: starting again does not change that.\n\
         RestartPreventExitStatus=3\n\
         # Runs go on while the server is restarted or upgraded; `cursor-selfhost stop --all` ends them.\n\
         KillMode=process\n\
         TimeoutStopSec=10\n\
         Delegate=yes\n\
         UMask=0077\n\
         \n\
         [Install]\n\
         WantedBy={target}\n",
        words.join(" "),
        quoted(&format!("PATH={}", directories.join(":"))),
    )
}

/// One word of a command line, in which `$` begins a variable.
fn argument(word: &str) -> String {
    quoted(&word.replace('$', "$$"))
}

/// One word of a unit file, in which `%` begins what systemd fills in.
fn quoted(word: &str) -> String {
    let escaped = word.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('%', "%%");
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_says_what_was_given_and_nothing_else_is_made_of_it() {
        let options = Options {
            listen: Some("127.0.0.1:5000".to_owned()),
            on_run_end: Some("echo \"$USER\" 100%\n".to_owned()),
            ..Options::default()
        };
        let arguments = arguments(&options).expect("they are absolute");
        let unit = unit(Path::new("/opt/my programs/cursor-selfhost"), &arguments, Some(Path::new("/home/me/.local/bin")), None);
        let start = unit.lines().find(|line| line.starts_with("ExecStart=")).expect("a start");
        assert_eq!(
            start,
            "ExecStart=\"/opt/my programs/cursor-selfhost\" \"serve\" \"--no-open\" \"--listen\" \"127.0.0.1:5000\" \
             \"--on-run-end\" \"echo \\\"$$USER\\\" 100%%\\n\""
        );
        assert!(unit.contains("Environment=\"PATH=/home/me/.local/bin:/"));
        for line in ["KillMode=process", "Delegate=yes", "WantedBy=default.target"] {
            assert!(unit.lines().any(|found| found == line), "{line}");
        }
        let system = super::unit(Path::new("/x"), &[], None, Some("me"));
        assert!(system.contains("\nUser=me\n") && system.contains("WantedBy=multi-user.target"));
    }
}
