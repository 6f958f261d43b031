//! The workspaces' repositories for git itself: `<base>/git/<agent>`, with a key as the password. Git's own
//! `http-backend` answers, over a directory of ours.

use std::time::Duration;

use axum::{
    body::Body,
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt, TryStreamExt};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio_util::{
    io::{ReaderStream, StreamReader},
    sync::CancellationToken,
};

use super::{AppState, caller::Known, path::Path};
use crate::app::{Error, Kind, Result, workspace::serve::Served};

const ENDPOINTS: [&str; 3] = ["info/refs", "git-upload-pack", "git-receive-pack"];

/// What git's back end says before its answer, at most.
const MOST_HEADERS: u64 = 16 * 1024;

/// A conversation with git that takes longer is ended.
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// After its answer, or after who asked has gone.
const LAST_STEPS: Duration = Duration::from_secs(30);

pub async fn serve(State(app): State<AppState>, Path((agent, rest)): Path<(String, String)>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let caller = match Known::from_request_parts(&mut parts, &app).await {
        Ok(Known(caller)) => caller,
        Err(error) => return asking(error),
    };
    answer(&app, caller.user_id, &agent, &rest, &parts, body).await.unwrap_or_else(refused)
}

async fn answer(app: &AppState, user_id: i64, agent: &str, rest: &str, parts: &Parts, body: Body) -> Result<Response> {
    let agent = agent.strip_suffix(".git").unwrap_or(agent);
    let found = ENDPOINTS.into_iter().find_map(|endpoint| Some((rest.strip_suffix(endpoint)?, endpoint)));
    let Some((path, endpoint)) = found.filter(|(path, _)| path.is_empty() || path.ends_with('/')) else {
        return Err(Error::new(Kind::NotFound, "not_found", "This is an address for git: git clone it."));
    };
    let path = path.trim_end_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let query = parts.uri.query().unwrap_or_default();
    let push = endpoint == "git-receive-pack" || query.contains("git-receive-pack");
    let Served { git_dir, git, writing } = app.serve_git(user_id, agent, path, push).await?;
    let name = git_dir.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let header = |name: HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let git = git
        .env("GIT_PROJECT_ROOT", git_dir.parent().unwrap_or(&git_dir))
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("REMOTE_USER", "user")
        .env("REQUEST_METHOD", parts.method.as_str())
        .env("PATH_INFO", format!("/{name}/{endpoint}"))
        .env("QUERY_STRING", query)
        .env("CONTENT_TYPE", header(header::CONTENT_TYPE))
        .env("HTTP_CONTENT_ENCODING", header(header::CONTENT_ENCODING))
        .env("GIT_PROTOCOL", header(HeaderName::from_static("git-protocol")));
    let failed = |error| Error::internal("run git", error);
    let (running, mut stdin, stdout) = git.converse().map_err(failed)?;
    let (app, agent) = (app.clone(), agent.to_owned());
    let gone = CancellationToken::new();
    let hears = gone.clone().drop_guard();
    app.clone().tasks.spawn(async move {
        let mut body = StreamReader::new(body.into_data_stream().map_err(std::io::Error::other));
        let said = async {
            // A git that has read enough says so itself.
            let _ = tokio::io::copy(&mut body, &mut stdin).await;
            drop(stdin);
        };
        let work = async { tokio::join!(said, running.wait()).1 };
        // Whoever has the answer, or has gone, waits for git's last steps no longer than this.
        let late = async {
            gone.cancelled().await;
            tokio::time::sleep(LAST_STEPS).await;
        };
        let ended = tokio::select! {
            ended = work => Some(ended),
            () = late => None,
            () = tokio::time::sleep(LONGEST) => None,
            () = app.shutdown.cancelled() => None,
        };
        if let Some(Ok((status, words))) = ended
            && !status.success()
        {
            tracing::info!(%words, "git did not serve what was asked");
        }
        if writing.is_some() {
            drop(writing);
            let _ = app.announce_agent(&agent).await;
        }
    });
    let mut answer = BufReader::new(stdout);
    let read = tokio::time::timeout(LAST_STEPS, read_headers(&mut answer)).await;
    let read = read.map_err(|error| Error::internal("run git", error))?;
    let (status, mut headers) = read.map_err(|error| Error::internal("run git", error))?;
    // Packs are compressed as they are.
    headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("identity"));
    // The guard goes with the stream, to its end or with who reads it.
    let pieces = ReaderStream::with_capacity(answer, 64 * 1024).map(move |piece| {
        let _ = &hears;
        piece
    });
    Ok((status, headers, Body::from_stream(pieces)).into_response())
}

/// As a CGI program writes them.
async fn read_headers(answer: &mut (impl tokio::io::AsyncBufRead + Unpin)) -> std::io::Result<(StatusCode, HeaderMap)> {
    let (mut status, mut headers) = (StatusCode::OK, HeaderMap::new());
    let mut limited = answer.take(MOST_HEADERS);
    loop {
        let mut line = String::new();
        limited.read_line(&mut line).await?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { return Ok((status, headers)) };
        if name.eq_ignore_ascii_case("status") {
            let code = value.split(' ').next().and_then(|code| code.parse::<u16>().ok());
            status = code.and_then(|code| StatusCode::from_u16(code).ok()).unwrap_or(StatusCode::BAD_GATEWAY);
        } else if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_str(value)) {
            headers.append(name, value);
        }
    }
}

/// Git asks for a password when it is told so.
fn asking(error: Error) -> Response {
    let mut response = error.into_response();
    let realm = HeaderValue::from_static("Basic realm=\"Cursor Self-Host\"");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, realm);
    response
}

/// Git shows its user a text, and nothing else.
fn refused(error: Error) -> Response {
    let text = format!("{}\n", error.message);
    let mut response = error.into_response();
    *response.body_mut() = Body::from(text);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response
}
