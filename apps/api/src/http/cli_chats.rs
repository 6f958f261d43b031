//! The chats that the CLI itself keeps, made in a terminal.

use std::path::PathBuf;

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{AppState, caller::Known, path::Path, query::Params};
use crate::app::{
    Error, Kind, Result,
    clock::rfc3339,
    cursor::chats::{self, CliChat},
};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OfDirectory {
    /// Only those of this directory.
    directory: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct CliChats {
    items: Vec<CliChatSummary>,
    directories: Vec<CliChatDirectory>,
}

#[derive(Serialize, ToSchema)]
pub struct CliChatDirectory {
    path: String,
    count: usize,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CliChatSummary {
    id: String,
    directory: String,
    title: String,
    created_at: String,
    updated_at: String,
    /// The agent that continues it here.
    #[serde(skip_serializing_if = "Option::is_none")]
    agent_id: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct CliChatHistory {
    chat: CliChatSummary,
    items: Vec<CliChatMessage>,
}

#[derive(Serialize, ToSchema)]
pub struct CliChatMessage {
    /// `user` or `assistant`.
    role: &'static str,
    text: String,
}

/// The CLI's own chats, newest first.
#[utoipa::path(get, path = "/v1/cli-chats", operation_id = "listCliChats", tag = "cursor", params(OfDirectory), responses((status = 200, body = CliChats)))]
pub async fn list_cli_chats(
    State(app): State<AppState>,
    Known(caller): Known,
    Params(params): Params<OfDirectory>,
) -> Result<Json<CliChats>> {
    let continued = app.continued_chats(caller.user_id).await?;
    let directory = params.directory.map(PathBuf::from);
    let listed =
        tokio::task::spawn_blocking(move || chats::user_home().map(|home| chats::list(&home, directory.as_deref()))).await;
    let (found, directories) = listed.map_err(|error| Error::internal("list the chats", error))?.unwrap_or_default();
    let items = found.into_iter().map(|chat| summary(chat, &continued)).collect();
    Ok(Json(CliChats {
        items,
        directories: directories.into_iter().map(|(path, count)| CliChatDirectory { path, count }).collect(),
    }))
}

/// One of them with what was said, oldest first.
#[utoipa::path(get, path = "/v1/cli-chats/{id}", operation_id = "getCliChat", tag = "cursor", params(("id" = String, Path), OfDirectory), responses((status = 200, body = CliChatHistory)))]
pub async fn get_cli_chat(
    State(app): State<AppState>,
    Known(caller): Known,
    Path(id): Path<String>,
    Params(params): Params<OfDirectory>,
) -> Result<Json<CliChatHistory>> {
    let directory = params.directory.map(PathBuf::from).ok_or_else(|| Error::invalid("Give the chat's directory."))?;
    let read = tokio::task::spawn_blocking(move || {
        let home = chats::user_home()?;
        let mut chat = chats::find(&home, &directory, &id)?;
        let entries = chats::read_transcript(&home, &chat);
        if let Some(first) = entries.first() {
            chat.title = crate::app::title::title_of(&first.text);
        }
        Some((chat, entries))
    });
    let not_found = || Error::new(Kind::NotFound, "chat_not_found", "The Cursor CLI has no chat with this id in this directory.");
    let (chat, entries) = read.await.map_err(|error| Error::internal("read the chat", error))?.ok_or_else(not_found)?;
    let continued = app.continued_chats(caller.user_id).await?;
    let items = entries.into_iter().map(|entry| CliChatMessage {
        role: match entry.role {
            agents::cursor::chats::Role::User => "user",
            agents::cursor::chats::Role::Assistant => "assistant",
        },
        text: entry.text,
    });
    Ok(Json(CliChatHistory { chat: summary(chat, &continued), items: items.collect() }))
}

fn summary(chat: CliChat, continued: &[(String, String)]) -> CliChatSummary {
    let agent_id = continued.iter().find(|(id, _)| *id == chat.id).map(|(_, agent)| agent.clone());
    CliChatSummary {
        id: chat.id,
        directory: chat.directory,
        title: chat.title,
        created_at: rfc3339(chat.created_at),
        updated_at: rfc3339(chat.updated_at),
        agent_id,
    }
}
