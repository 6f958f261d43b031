use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use http_body_util::BodyExt;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
    process::Command,
    task::JoinHandle,
};
use tokio_util::io::ReaderStream;

/// `git http-backend` behind a listener.
pub struct HttpServer {
    address: SocketAddr,
    served: Arc<Served>,
    task: JoinHandle<()>,
}

struct Served {
    root: PathBuf,
    /// User and password, if it wants them.
    credential: Option<(String, String)>,
    fetches: AtomicUsize,
}

impl HttpServer {
    /// Serves what is below `root`.
    pub async fn start(root: &Path, credential: Option<(&str, &str)>) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let served = Arc::new(Served {
            root: root.to_owned(),
            credential: credential.map(|(user, password)| (user.to_owned(), password.to_owned())),
            fetches: AtomicUsize::new(0),
        });
        let router = Router::new().fallback(serve).with_state(served.clone());
        let task = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { address, served, task })
    }

    /// The URL of a repository below the root.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address)
    }

    /// How often objects were asked for.
    pub fn fetches(&self) -> usize {
        self.served.fetches.load(Ordering::SeqCst)
    }
}

impl Drop for HttpServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(State(served): State<Arc<Served>>, request: Request) -> Response {
    if let Some((user, password)) = &served.credential {
        let wanted = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
        let given = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        if given != Some(wanted.as_str()) {
            return (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Basic realm=\"git\"")], "who are you?")
                .into_response();
        }
    }
    back_end(&served, request)
        .await
        .unwrap_or_else(|error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response())
}

/// As a web server runs a CGI program.
fn program(root: &Path, request: &Request) -> Command {
    let header =
        |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let mut command = Command::new("git");
    command
        .arg("http-backend")
        .env_clear()
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", "safe.directory")
        .env("GIT_CONFIG_VALUE_0", "*")
        .env("GIT_PROJECT_ROOT", root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("REMOTE_USER", "somebody")
        .env("REQUEST_METHOD", request.method().as_str())
        .env("PATH_INFO", request.uri().path())
        .env("QUERY_STRING", request.uri().query().unwrap_or_default())
        .env("CONTENT_TYPE", header(header::CONTENT_TYPE))
        .env("HTTP_CONTENT_ENCODING", header(header::CONTENT_ENCODING))
        .env("GIT_PROTOCOL", header(HeaderName::from_static("git-protocol")))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    command
}

async fn back_end(served: &Served, request: Request) -> io::Result<Response> {
    let mut command = program(&served.root, &request);
    let body = request.into_body().collect().await.map_err(io::Error::other)?.to_bytes();
    if body.windows(13).any(|window| window == b"command=fetch") {
        served.fetches.fetch_add(1, Ordering::SeqCst);
    }
    let mut child = command.spawn()?;
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let (Some(mut stdin), Some(stdout)) = (stdin, stdout) else { return Err(io::Error::other("no pipes")) };
    tokio::spawn(async move {
        let _ = stdin.write_all(&body).await;
        drop(stdin);
        let _ = child.wait().await;
    });
    let mut reader = BufReader::new(stdout);
    let (mut status, mut headers) = (StatusCode::OK, HeaderMap::new());
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).await?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        if name.eq_ignore_ascii_case("status") {
            let code = value.split(' ').next().and_then(|code| code.parse::<u16>().ok());
            status = code.and_then(|code| StatusCode::from_u16(code).ok()).unwrap_or(StatusCode::BAD_GATEWAY);
        } else if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_str(value)) {
            headers.append(name, value);
        }
    }
    Ok((status, headers, Body::from_stream(ReaderStream::new(reader))).into_response())
}
