//! The app over a temporary data directory, driven through its router without a socket.

use std::{os::unix::fs::PermissionsExt, path::PathBuf, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode},
};
use cursor_selfhost::{
    app::{App, auth, data_directory::DataDirectory},
    background,
    config::{Config, DEFAULT_LISTEN},
    http,
};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

/// This program, which is also the stand-in.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_cursor-selfhost");

pub struct TestApp {
    pub directory: tempfile::TempDir,
    pub app: Arc<App>,
    pub router: Router,
    pub key: String,
    /// A directory of the user's.
    pub project: PathBuf,
}

pub struct Answer {
    pub status: StatusCode,
    pub json: Value,
}

impl TestApp {
    pub async fn new() -> Self {
        Self::with(|_| ()).await
    }

    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        Self::over(tempfile::tempdir().unwrap(), change).await
    }

    /// As the next server on the same data directory.
    pub async fn over(directory: tempfile::TempDir, change: impl FnOnce(&mut Config)) -> Self {
        let project = directory.path().join("project");
        std::fs::create_dir_all(&project).unwrap();
        let project = project.canonicalize().unwrap();
        let mut config = Config {
            listen: DEFAULT_LISTEN,
            data_dir: directory.path().join("data"),
            cursor_bin: Some(cursor_script(directory.path(), "")),
            base_path: String::new(),
            public_url: None,
            on_run_end: None,
            keep_run_logs_days: 30,
            agent_env: Default::default(),
        };
        change(&mut config);
        let data = DataDirectory::open(&config.data_dir).unwrap();
        let app = App::open(config, data, vec![PROGRAM.to_owned(), "demo-agent".to_owned()]).await.unwrap();
        let key = auth::create_key(&app.db, "test").await.unwrap();
        background::start(&app);
        let router = http::router(app.clone());
        Self { directory, app, router, key, project }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Answer { status, json: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
    }

    pub fn request(&self, method: Method, path: &str) -> axum::http::request::Builder {
        Request::builder()
            .method(method)
            .uri(path)
            .header("host", "localhost:4310")
            .header("authorization", format!("Bearer {}", self.key))
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path).body(Body::empty()).unwrap()).await
    }

    /// With an empty body and no content type, as scripts do.
    pub async fn empty(&self, method: Method, path: &str) -> Answer {
        self.send(self.request(method, path).body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.raw(Method::POST, path, body.to_string()).await
    }

    pub async fn raw(&self, method: Method, path: &str, body: impl Into<Body>) -> Answer {
        self.send(self.request(method, path).header("content-type", "application/json").body(body.into()).unwrap()).await
    }

    /// A chat in the project; its id and its first run's.
    pub async fn create(&self, prompt: &str) -> (String, String) {
        let workspace = json!({ "type": "local", "path": self.project });
        let answer = self.post("/v1/agents", json!({ "prompt": { "text": prompt }, "workspace": workspace })).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.json);
        let id = |what: &str| answer.json[what]["id"].as_str().unwrap().to_owned();
        (id("agent"), id("run"))
    }

    pub async fn follow_up(&self, agent: &str, prompt: &str) -> String {
        let answer = self.post(&format!("/v1/agents/{agent}/runs"), json!({ "prompt": { "text": prompt } })).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.json);
        answer.json["run"]["id"].as_str().unwrap().to_owned()
    }

    /// The run once it has ended, as the stream tells.
    pub async fn ended(&self, agent: &str, run: &str) -> Value {
        self.stream(&format!("/v1/agents/{agent}/runs/{run}/stream")).await;
        self.get(&format!("/v1/agents/{agent}/runs/{run}")).await.json
    }

    /// Every event of a stream to its end.
    pub async fn stream(&self, path: &str) -> Vec<Event> {
        self.stream_after(path, None).await
    }

    pub async fn stream_after(&self, path: &str, last: Option<&str>) -> Vec<Event> {
        let mut request = self.request(Method::GET, path);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let whole = tokio::time::timeout(Duration::from_secs(60), response.into_body().collect()).await.expect("the stream ends");
        Event::parse(&whole.unwrap().to_bytes())
    }

    /// Reads a stream that goes on until `enough`.
    pub async fn stream_until(&self, path: &str, mut enough: impl FnMut(&[Event]) -> bool) -> Vec<Event> {
        let response = self.router.clone().oneshot(self.request(Method::GET, path).body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        let (mut body, mut bytes) = (response.into_body(), Vec::new());
        let read = async {
            while !enough(&Event::parse(&bytes)) {
                let frame = body.frame().await.expect("the stream goes on").unwrap();
                bytes.extend_from_slice(&frame.into_data().unwrap_or_default());
            }
        };
        tokio::time::timeout(Duration::from_secs(30), read).await.expect("it is told");
        Event::parse(&bytes)
    }

    /// All steps, oldest first.
    pub async fn steps(&self, agent: &str) -> Vec<Value> {
        let mut steps = self.get(&format!("/v1/agents/{agent}/steps?limit=100")).await.json["items"].as_array().unwrap().clone();
        steps.reverse();
        steps
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub id: Option<String>,
    pub name: String,
    pub data: Value,
}

impl Event {
    pub fn parse(bytes: &[u8]) -> Vec<Self> {
        let text = String::from_utf8_lossy(bytes);
        let whole = text.rfind("\n\n").map_or("", |end| &text[..end]);
        whole
            .split("\n\n")
            .filter(|block| !block.is_empty())
            .map(|block| {
                let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
                let data = field("data: ").expect("every event has data");
                Self {
                    id: field("id: "),
                    name: field("event: ").expect("every event has a name"),
                    data: serde_json::from_str(&data).unwrap(),
                }
            })
            .collect()
    }
}

pub fn text_of(events: &[Event], name: &str) -> String {
    events.iter().filter(|event| event.name == name).filter_map(|event| event.data["text"].as_str()).collect()
}

/// A program that is the Cursor CLI as far as anybody can tell, with variables for its switches.
pub fn cursor_script(directory: &std::path::Path, variables: &str) -> PathBuf {
    let path = directory.join("cursor-agent");
    std::fs::write(&path, format!("#!/bin/sh\n{variables} exec {PROGRAM} demo-agent \"$@\"\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}
