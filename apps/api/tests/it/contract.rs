//! What scripts rely on.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::TestApp;

#[tokio::test]
async fn create_follow_up_list_and_usage() {
    let test = TestApp::new().await;
    std::fs::write(test.project.join("a.txt"), "alpha\n").unwrap();
    let (agent, first) = test.create("#demo pace=0\nread a.txt").await;
    let run = test.ended(&agent, &first).await;
    assert_eq!((run["status"].as_str(), run["agentId"].as_str()), (Some("FINISHED"), Some(agent.as_str())));
    assert!(run["result"].as_str().unwrap().contains("alpha"), "{run}");
    let second = test.follow_up(&agent, "#demo pace=0\nread a.txt").await;
    test.ended(&agent, &second).await;
    let runs = test.get(&format!("/v1/agents/{agent}/runs")).await.json;
    let ids: Vec<&str> = runs["items"].as_array().unwrap().iter().map(|run| run["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [&second, &first]);
    let usage = test.get(&format!("/v1/agents/{agent}/usage")).await.json;
    let sum: u64 = usage["runs"].as_array().unwrap().iter().map(|run| run["usage"]["outputTokens"].as_u64().unwrap()).sum();
    assert!(sum > 0);
    assert_eq!(usage["totalUsage"]["outputTokens"].as_u64(), Some(sum));
    let one = test.get(&format!("/v1/agents/{agent}/usage?runId={first}")).await.json;
    assert_eq!(one["runs"].as_array().unwrap().len(), 1);
    let listed = test.get("/v1/agents").await.json;
    assert_eq!(listed["items"][0]["id"].as_str(), Some(agent.as_str()));
    assert_eq!(listed["items"][0]["latestRun"]["status"], "FINISHED");
}

#[tokio::test]
async fn the_program_is_started_with_public_flags_and_one_session() {
    let test = TestApp::new().await;
    let prompt = "#demo pace=0 echo-argv";
    let (agent, first) = test.create(prompt).await;
    let first = test.ended(&agent, &first).await["result"].as_str().unwrap().to_owned();
    let second = test.follow_up(&agent, prompt).await;
    let second = test.ended(&agent, &second).await["result"].as_str().unwrap().to_owned();
    let session = test.get(&format!("/v1/agents/{agent}")).await.json["sessionId"].as_str().unwrap().to_owned();
    assert!(uuid::Uuid::parse_str(&session).is_ok());
    for line in [&first, &second] {
        assert!(line.contains(&format!("--resume={session}")), "{line}");
        assert!(
            line.contains("--output-format") && line.contains("--trust") && line.contains("--force") && line.contains("--model"),
            "{line}"
        );
        assert!(!line.contains("echo-argv"), "the prompt goes to standard input: {line}");
    }
    assert_eq!(first, second);
}

#[tokio::test]
async fn the_environment_is_built_and_the_chats_own_variables_are_in_it() {
    let test = TestApp::with(|config| drop(config.agent_env.insert("FROM_CONFIG".to_owned(), "1".to_owned()))).await;
    let body = json!({ "prompt": { "text": "#demo pace=0 echo-env" }, "envVars": { "FROM_CHAT": "s3cret" }, "workspace": { "type": "empty" } });
    let answer = test.post("/v1/agents", body).await.json;
    let (agent, run) = (answer["agent"]["id"].as_str().unwrap(), answer["run"]["id"].as_str().unwrap());
    let names = test.ended(agent, run).await["result"].as_str().unwrap().to_owned();
    for name in ["FROM_CONFIG", "FROM_CHAT", "CURSOR_CONFIG_DIR", "CURSOR_DATA_DIR", "PATH", "CURSOR_SELFHOST_RUN"] {
        assert!(names.contains(name), "{name} is missing in {names}");
    }
    for name in ["CARGO", "NODE_OPTIONS", "RUST"] {
        assert!(!names.contains(name), "{name} is none of the program's business: {names}");
    }
    for entry in walk(test.directory.path()) {
        let bytes = std::fs::read(&entry).unwrap_or_default();
        assert!(!bytes.windows(6).any(|window| window == b"s3cret"), "a secret stands in {}", entry.display());
    }
}

#[tokio::test]
async fn busy_archived_and_cancelled_are_conflicts() {
    let test = TestApp::new().await;
    let (agent, run) = test.create("#demo pace=0 silent=60").await;
    let again = json!({ "prompt": { "text": "more" } });
    let busy = test.post(&format!("/v1/agents/{agent}/runs"), again.clone()).await;
    assert_eq!((busy.status, busy.json["error"]["code"].as_str()), (StatusCode::CONFLICT, Some("agent_busy")));
    let cancel = format!("/v1/agents/{agent}/runs/{run}/cancel");
    let cancelled = test.empty(Method::POST, &cancel).await;
    assert_eq!((cancelled.status, cancelled.json["id"].as_str()), (StatusCode::OK, Some(run.as_str())));
    assert_eq!(test.get(&format!("/v1/agents/{agent}/runs/{run}")).await.json["status"], "CANCELLED");
    let twice = test.empty(Method::POST, &cancel).await;
    assert_eq!((twice.status, twice.json["error"]["code"].as_str()), (StatusCode::CONFLICT, Some("run_not_cancellable")));
    assert_eq!(test.empty(Method::POST, &format!("/v1/agents/{agent}/archive")).await.status, StatusCode::OK);
    let archived = test.post(&format!("/v1/agents/{agent}/runs"), again.clone()).await;
    assert_eq!((archived.status, archived.json["error"]["code"].as_str()), (StatusCode::CONFLICT, Some("agent_archived")));
    assert_eq!(test.get(&format!("/v1/agents/{agent}")).await.json["status"], "ARCHIVED");
    assert_eq!(test.get("/v1/agents?includeArchived=false").await.json["items"], json!([]));
    assert_eq!(test.empty(Method::POST, &format!("/v1/agents/{agent}/unarchive")).await.status, StatusCode::OK);
    let run = test.follow_up(&agent, "#demo pace=0\nlist the files").await;
    assert_eq!(test.ended(&agent, &run).await["status"], "FINISHED");
}

#[tokio::test]
async fn deleting_a_busy_agent_ends_it_and_removes_what_is_ours() {
    let test = TestApp::new().await;
    let (agent, run) = test.create("#demo pace=0 silent=60 ignore-term leave-child=double").await;
    test.stream_until(&format!("/v1/agents/{agent}/runs/{run}/stream"), |events| {
        events.iter().any(|event| event.data["status"] == "RUNNING")
    })
    .await;
    let deleted = test.empty(Method::DELETE, &format!("/v1/agents/{agent}")).await;
    assert_eq!((deleted.status, deleted.json["id"].as_str()), (StatusCode::OK, Some(agent.as_str())));
    assert_eq!(test.get(&format!("/v1/agents/{agent}")).await.json["error"]["code"], "agent_not_found");
    let data = test.directory.path().join("data");
    assert!(!data.join("runs").join(&run).exists() && !data.join("cursor").join(&agent).exists());
    assert!(test.project.exists(), "a directory of the user's stays");
    let mark = format!("{}/{run}", test.app.data.instance);
    assert!(processes_with(&mark).is_empty());
}

#[tokio::test]
async fn a_client_chooses_an_id_once() {
    let test = TestApp::new().await;
    let id = "bc-00000000-0000-4000-8000-000000000001";
    let body = json!({ "prompt": { "text": "#demo pace=0" }, "agentId": id });
    let first = test.post("/v1/agents", body.clone()).await;
    assert_eq!((first.status, first.json["agent"]["id"].as_str()), (StatusCode::CREATED, Some(id)));
    assert!(first.json["agent"]["latestRunId"].is_string());
    let second = test.post("/v1/agents", body).await;
    assert_eq!((second.status, second.json["error"]["code"].as_str()), (StatusCode::CONFLICT, Some("agent_id_conflict")));
}

#[tokio::test]
async fn a_model_is_checked_against_the_list_if_there_is_one() {
    let test = TestApp::new().await;
    let body = |model: &str| json!({ "prompt": { "text": "#demo pace=0" }, "model": { "id": model } });
    let unknown = test.post("/v1/agents", body("gpt-0")).await;
    assert_eq!((unknown.status, unknown.json["error"]["code"].as_str()), (StatusCode::BAD_REQUEST, Some("invalid_model")));
    let known = test.post("/v1/agents", body("demo-fast")).await;
    assert_eq!(known.status, StatusCode::CREATED);
    let models = test.get("/v1/models").await.json;
    assert!(models["items"].as_array().unwrap().iter().any(|model| model["id"] == "auto"));

    let without_list = TestApp::with(|config| config.cursor_bin = Some("/nowhere/cursor-agent".into())).await;
    let accepted = without_list.post("/v1/agents", body("gpt-0")).await;
    assert_eq!(accepted.status, StatusCode::CREATED);
    let (agent, run) = (accepted.json["agent"]["id"].as_str().unwrap(), accepted.json["run"]["id"].as_str().unwrap());
    assert_eq!(without_list.ended(agent, run).await["error"]["code"], "program_not_started");
}

#[tokio::test]
async fn a_prompt_of_five_megabytes_works_and_stands_in_one_step() {
    let test = TestApp::new().await;
    let prompt = format!("#demo pace=0\nlist the files\n{}", "ä".repeat(2_500_000));
    let (agent, run) = test.create(&prompt).await;
    assert_eq!(test.ended(&agent, &run).await["status"], "FINISHED");
    let steps = test.steps(&agent).await;
    assert_eq!((steps[0]["type"].as_str(), steps[0]["truncated"].as_bool()), (Some("user_message"), Some(true)));
    let path = format!("/v1/agents/{agent}/steps/{}/content", steps[0]["id"].as_str().unwrap());
    assert_eq!(test.text(&path).await, prompt);
}

#[tokio::test]
async fn a_text_stands_in_exactly_one_step_and_the_result_is_not_repeated() {
    let test = TestApp::new().await;
    let (agent, run) = test.create("#demo pace=0\nwrite b.txt with hello").await;
    let events = test.stream(&format!("/v1/agents/{agent}/runs/{run}/stream")).await;
    let steps = test.steps(&agent).await;
    let said: String =
        steps.iter().filter(|step| step["type"] == "assistant_message").filter_map(|step| step["text"].as_str()).collect();
    assert_eq!(said, crate::app::text_of(&events, "assistant"));
    let result = test.get(&format!("/v1/agents/{agent}/runs/{run}")).await.json["result"].as_str().unwrap().to_owned();
    assert_eq!(said.matches(&result).count(), 1);
    assert_eq!(std::fs::read_to_string(test.project.join("b.txt")).unwrap().trim(), "hello");
}

#[tokio::test]
async fn a_refused_command_says_how_to_allow_it_and_then_runs() {
    let test = TestApp::new().await;
    let body = json!({ "prompt": { "text": "#demo pace=0\nrun `uname -s`" }, "permission": "rules", "workspace": { "type": "local", "path": test.project } });
    let answer = test.post("/v1/agents", body).await.json;
    let (agent, run) = (answer["agent"]["id"].as_str().unwrap(), answer["run"]["id"].as_str().unwrap());
    assert_eq!(test.ended(agent, run).await["status"], "FINISHED");
    let refused = |steps: &[Value]| steps.iter().filter(|step| step["outcome"]["type"] == "refused").cloned().collect::<Vec<_>>();
    let first = refused(&test.steps(agent).await);
    assert_eq!(first[0]["outcome"]["allow"], json!(["Shell(uname)"]));
    assert_eq!(first[0]["status"], "completed");
    let body = json!({ "prompt": { "text": "#demo pace=0\nrun `uname -s`" }, "allow": ["Shell(uname)"] });
    let run = test.post(&format!("/v1/agents/{agent}/runs"), body).await.json["run"]["id"].as_str().unwrap().to_owned();
    test.ended(agent, &run).await;
    let steps = test.steps(agent).await;
    assert_eq!(refused(&steps).len(), 1, "nothing more was refused");
    assert!(steps.iter().any(|step| step["view"]["output"] == "Linux\n"));
    let remembered = test.get(&format!("/v1/directories?path={}", test.project.display())).await.json;
    assert_eq!(remembered["permission"], "rules");
}

impl TestApp {
    async fn text(&self, path: &str) -> String {
        use http_body_util::BodyExt;
        use tower::ServiceExt;
        let request = self.request(Method::GET, path).body(axum::body::Body::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
    }
}

fn walk(directory: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { files.extend(walk(&path)) } else { files.push(path) }
    }
    files
}

pub fn processes_with(mark: &str) -> Vec<String> {
    let wanted = format!("CURSOR_SELFHOST_RUN={mark}");
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    entries
        .filter(|entry| {
            let environment = std::fs::read(entry.path().join("environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|variable| variable == wanted.as_bytes())
        })
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}
