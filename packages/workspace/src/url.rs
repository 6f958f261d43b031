//! What git may be given: URLs and names that can be neither an option nor a command.

use std::path::Path;

use thiserror::Error;
use url::Url;

const MOST: usize = 2048;

/// Where a repository is, without whatever credential stood in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepositoryUrl {
    text: String,
    pub protocol: Protocol,
    /// Empty for files.
    pub host: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    Http,
    Ssh,
    File,
}

/// A user and a password that stood in a URL.
#[derive(Clone, PartialEq, Eq)]
pub struct UrlCredential {
    pub username: String,
    pub password: String,
}

impl std::fmt::Debug for UrlCredential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "UrlCredential({})", self.username)
    }
}

/// Says what can be done. Never holds what was given, since that may hold a password.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{0}")]
pub struct InvalidUrl(pub String);

const FORMS: &str =
    "Give a URL such as https://host/owner/project.git, ssh://git@host/project.git, git@host:owner/project.git or file:///path.";

impl RepositoryUrl {
    /// Takes `https://`, `http://`, `ssh://`, `file://`, `[user@]host:path` and absolute paths.
    pub fn parse(text: &str) -> Result<(Self, Option<UrlCredential>), InvalidUrl> {
        let text = text.trim();
        if text.is_empty() || text.len() > MOST {
            return Err(InvalidUrl(format!("The repository's URL is empty or longer than {MOST} bytes. {FORMS}")));
        }
        if text.starts_with('-') || text.chars().any(|char| char.is_control() || char.is_whitespace()) {
            return Err(InvalidUrl(format!("The repository's URL begins with a dash or has a space in it. {FORMS}")));
        }
        if text.contains("::") && !text.contains("://") {
            return Err(InvalidUrl(format!("Remote helpers such as ext:: run commands and are not allowed. {FORMS}")));
        }
        if text.starts_with('/') {
            return Self::of_file(text);
        }
        if let Some(path) = text.strip_prefix("file://") {
            let path = path.strip_prefix("localhost").unwrap_or(path);
            let decoded = percent_encoding::percent_decode_str(path).decode_utf8();
            return Self::of_file(&decoded.map_err(|_| InvalidUrl(format!("The path is not UTF-8. {FORMS}")))?);
        }
        if text.contains("://") { Self::of_url(text) } else { Self::of_scp(text) }
    }

    /// As git takes it; it can be shown.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The same as an argument for git, which would decode a path once more.
    pub fn for_git(&self) -> &str {
        self.text.strip_prefix("file://").unwrap_or(&self.text)
    }

    /// The path of a `file://` repository.
    pub fn path(&self) -> Option<&Path> {
        self.text.strip_prefix("file://").map(Path::new)
    }

    /// The same for all spellings of one repository.
    pub fn key(&self) -> String {
        let text = self.text.trim_end_matches('/');
        match self.protocol {
            Protocol::File => text.to_owned(),
            _ => text.strip_suffix(".git").unwrap_or(text).to_owned(),
        }
    }

    /// `host/owner/project`, as Cursor's API names repositories.
    pub fn without_scheme(&self) -> String {
        let text = self.text.split_once("://").map_or(self.text.as_str(), |(_, rest)| rest);
        let text = text.split_once('@').map_or(text, |(user, rest)| if user.contains('/') { text } else { rest });
        let text = text.strip_suffix(".git").unwrap_or(text);
        if self.text.contains("://") { text.to_owned() } else { text.replacen(':', "/", 1) }
    }

    /// A name for a directory: the last part of its path.
    pub fn name(&self) -> String {
        let key = self.key();
        let last = key.trim_end_matches(".git").rsplit(['/', ':']).find(|part| !part.is_empty()).unwrap_or_default();
        let name: String = last.chars().filter(|char| char.is_alphanumeric() || "._-".contains(*char)).take(100).collect();
        let name = name.trim_start_matches(['.', '-']);
        if name.is_empty() { "repository".to_owned() } else { name.to_owned() }
    }

    /// `https://host[:port]`, for which credentials are kept.
    pub fn origin(&self) -> Option<String> {
        let url = Url::parse(&self.text).ok().filter(|_| self.protocol == Protocol::Http)?;
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        Some(format!("{}://{}{port}", url.scheme(), url.host_str()?))
    }

    fn of_file(path: &str) -> Result<(Self, Option<UrlCredential>), InvalidUrl> {
        if !path.starts_with('/') || path.contains('\0') {
            return Err(InvalidUrl(format!("A path is given from the root of the server's machine. {FORMS}")));
        }
        Ok((Self { text: format!("file://{path}"), protocol: Protocol::File, host: String::new() }, None))
    }

    fn of_url(text: &str) -> Result<(Self, Option<UrlCredential>), InvalidUrl> {
        let mut url = Url::parse(text).map_err(|_| InvalidUrl(format!("The repository's URL cannot be read. {FORMS}")))?;
        let protocol = match url.scheme() {
            "http" | "https" => Protocol::Http,
            "ssh" => Protocol::Ssh,
            other => return Err(InvalidUrl(format!("Repositories cannot be reached by {other}://. {FORMS}"))),
        };
        let host = url.host_str().unwrap_or_default().to_owned();
        check_host(&host)?;
        if url.path().trim_matches('/').is_empty() {
            return Err(InvalidUrl(format!("The repository's URL has no path. {FORMS}")));
        }
        if url.path().trim_start_matches('/').starts_with('-') {
            return Err(InvalidUrl(format!("A repository's path cannot begin with a dash. {FORMS}")));
        }
        let decode = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
        let (username, password) = (decode(url.username()), url.password().map(decode));
        let unclear = || InvalidUrl(format!("The repository's URL cannot be read. {FORMS}"));
        if protocol == Protocol::Ssh {
            check_user(&username)?;
            // A password of ssh cannot be given to it, and is not kept.
            url.set_password(None).map_err(|()| unclear())?;
            return Ok((Self { text: url.to_string(), protocol, host }, None));
        }
        url.set_password(None).map_err(|()| unclear())?;
        url.set_username("").map_err(|()| unclear())?;
        url.set_fragment(None);
        // A token alone stands where the user does.
        let credential = match (username.is_empty(), password) {
            (_, Some(password)) if !password.is_empty() => Some(UrlCredential { username, password }),
            (false, _) => Some(UrlCredential { username: "x-access-token".to_owned(), password: username }),
            _ => None,
        };
        if credential
            .as_ref()
            .is_some_and(|it| [&it.username, &it.password].iter().any(|text| text.chars().any(char::is_control)))
        {
            return Err(InvalidUrl("The credential in the URL has a control character in it.".to_owned()));
        }
        Ok((Self { text: url.to_string(), protocol, host }, credential))
    }

    fn of_scp(text: &str) -> Result<(Self, Option<UrlCredential>), InvalidUrl> {
        let (place, path) = text.split_once(':').ok_or_else(|| InvalidUrl(format!("That is no URL of a repository. {FORMS}")))?;
        let (user, host) = place.split_once('@').unwrap_or(("", place));
        check_host(host)?;
        check_user(user)?;
        if path.is_empty() || path.starts_with('-') || path.trim_matches('/').is_empty() {
            return Err(InvalidUrl(format!("The repository's URL has no path. {FORMS}")));
        }
        Ok((Self { text: text.to_owned(), protocol: Protocol::Ssh, host: host.to_owned() }, None))
    }
}

fn check_host(host: &str) -> Result<(), InvalidUrl> {
    let address = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let good = match address {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            !host.is_empty()
                && !host.starts_with(['-', '.'])
                && host.chars().all(|char| char.is_ascii_alphanumeric() || "._-".contains(char))
        }
    };
    if good { Ok(()) } else { Err(InvalidUrl(format!("The host in the repository's URL is not one. {FORMS}"))) }
}

fn check_user(user: &str) -> Result<(), InvalidUrl> {
    let good = !user.starts_with('-') && user.chars().all(|char| char.is_ascii_alphanumeric() || "._-".contains(char));
    if good { Ok(()) } else { Err(InvalidUrl(format!("The user in the repository's URL is not one. {FORMS}"))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> RepositoryUrl {
        RepositoryUrl::parse(text).unwrap_or_else(|error| unreachable!("{text}: {error}")).0
    }

    #[test]
    fn every_form_that_git_takes_is_taken() {
        assert_eq!(parse("https://host/a/b.git").as_str(), "https://host/a/b.git");
        assert_eq!(parse("http://127.0.0.1:8080/b").origin().as_deref(), Some("http://127.0.0.1:8080"));
        assert_eq!(parse("ssh://git@host:2222/a/b.git").protocol, Protocol::Ssh);
        assert_eq!(parse("git@host:a/b.git").host, "host");
        assert_eq!(parse("file:///srv/a%20b.git").path(), Some(Path::new("/srv/a b.git")));
        assert_eq!(parse("/srv/a.git").as_str(), "file:///srv/a.git");
        assert_eq!(parse("https://[::1]/a").host, "[::1]");
    }

    #[test]
    fn what_could_be_an_option_or_a_command_is_refused() {
        for text in [
            "",
            "-u",
            "--upload-pack=touch x",
            "ext::sh -c x",
            "ext::sh",
            "fd::17",
            "https://-oProxyCommand=x/a",
            "ssh://-oProxyCommand=x/a",
            "ssh://git@-host/a",
            "-oProxyCommand=x:a",
            "git@-host:a",
            "git@host:-a",
            "git@host:",
            "host",
            "ftp://host/a",
            "git+ssh://host/a",
            "https://host",
            "https:///a",
            "https://host/a b",
            "https://host/a\nb",
            "ssh://-l@host/a",
            "file://relative",
            "http::https://host/a",
            "ssh://host/-x",
            "transport::address",
            "https://ho$st/a",
        ] {
            assert!(RepositoryUrl::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_credential_is_taken_out_of_the_url() {
        let (url, credential) = RepositoryUrl::parse("https://me:p%40ss@host/a.git").unwrap();
        assert_eq!(url.as_str(), "https://host/a.git");
        assert_eq!(credential, Some(UrlCredential { username: "me".to_owned(), password: "p@ss".to_owned() }));
        let (url, credential) = RepositoryUrl::parse("https://ghp_token@host/a").unwrap();
        assert!(!url.as_str().contains("token"));
        assert_eq!(credential.unwrap().password, "ghp_token");
        assert!(!parse("ssh://git:secret@host/a").as_str().contains("secret"));
    }

    #[test]
    fn one_repository_has_one_key_and_a_name() {
        assert_eq!(parse("https://HOST/a/b.git").key(), parse("https://host:443/a/b/").key());
        assert_eq!(parse("https://host/a/b.git").name(), "b");
        assert_eq!(parse("git@host:b.git").name(), "b");
        assert_eq!(parse("https://host/a/b.git").without_scheme(), "host/a/b");
        assert_eq!(parse("ssh://git@host/a/b.git").without_scheme(), "host/a/b");
        assert_eq!(parse("git@host:a/b.git").without_scheme(), "host/a/b");
    }
}
