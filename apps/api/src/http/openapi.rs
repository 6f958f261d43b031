//! The API document, made from the handlers.

use utoipa::{
    Modify, OpenApi,
    openapi::{
        OpenApi as Document,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    AppState, agents, checkpoints, cli_chats, cursor, diff, directories, doctor, events, files, git_credentials, health, limits,
    me, models, queue, repositories, runs, session, steps, stream, workspace_settings, workspaces,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Cursor Self-Host",
        description = "Cursor's Cloud Agents API v1 on your own machines, with additions in the same style.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    modifiers(&Security),
    security(("bearerAuth" = []), ("basicAuth" = []))
)]
struct Api;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut Document) {
        let components = document.components.get_or_insert_default();
        for (name, scheme, about) in [
            ("bearerAuth", HttpAuthScheme::Bearer, "An API key."),
            ("basicAuth", HttpAuthScheme::Basic, "An API key as the user name, with an empty password."),
        ] {
            let http = HttpBuilder::new().scheme(scheme).description(Some(about)).build();
            components.add_security_scheme(name, SecurityScheme::Http(http));
        }
    }
}

pub fn api() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(Api::openapi())
        .routes(routes!(health::healthz))
        .routes(routes!(agents::create_agent, agents::list_agents))
        .routes(routes!(agents::get_agent, agents::patch_agent, agents::delete_agent))
        .routes(routes!(agents::archive_agent))
        .routes(routes!(agents::unarchive_agent))
        .routes(routes!(agents::get_usage))
        .routes(routes!(runs::create_run, runs::list_runs))
        .routes(routes!(runs::get_run))
        .routes(routes!(runs::cancel_run))
        .routes(routes!(runs::release_run))
        .routes(routes!(queue::list_queue, queue::queue_prompt, queue::clear_queue))
        .routes(routes!(queue::pause_queue))
        .routes(routes!(queue::resume_queue))
        .routes(routes!(queue::patch_queued_prompt, queue::delete_queued_prompt))
        .routes(routes!(queue::send_queued_prompt))
        .routes(routes!(limits::get_limits, limits::patch_limits))
        .routes(routes!(limits::get_agent_limits, limits::patch_agent_limits))
        .routes(routes!(stream::stream_run))
        .routes(routes!(steps::list_steps))
        .routes(routes!(steps::get_step_content))
        .routes(routes!(events::stream_events))
        .routes(routes!(me::get_me))
        .routes(routes!(models::list_models))
        .routes(routes!(directories::list_directories))
        .routes(routes!(doctor::get_doctor))
        .routes(routes!(cli_chats::list_cli_chats))
        .routes(routes!(cli_chats::get_cli_chat))
        .routes(routes!(cursor::get_login, cursor::start_login, cursor::stop_login))
        .routes(routes!(cursor::set_api_key, cursor::delete_api_key))
        .routes(routes!(workspaces::get_workspace))
        .routes(routes!(workspaces::commit))
        .routes(routes!(workspaces::push))
        .routes(routes!(workspaces::update))
        .routes(routes!(workspaces::abort_update))
        .routes(routes!(workspaces::apply))
        .routes(routes!(files::get_files))
        .routes(routes!(files::get_raw_file))
        .routes(routes!(files::get_archive))
        .routes(routes!(diff::get_diff))
        .routes(routes!(diff::get_patch))
        .routes(routes!(checkpoints::list_checkpoints))
        .routes(routes!(checkpoints::restore_checkpoint))
        .routes(routes!(repositories::list_repositories))
        .routes(routes!(repositories::list_refs))
        .routes(routes!(git_credentials::list_git_credentials, git_credentials::put_git_credential))
        .routes(routes!(git_credentials::delete_git_credential))
        .routes(routes!(workspace_settings::get_workspace_settings, workspace_settings::patch_workspace_settings))
        .routes(routes!(session::create_session, session::get_session, session::delete_session))
}

/// The document, as `cursor-selfhost openapi` prints it.
pub fn document() -> Document {
    api().split_for_parts().1
}
