//! Versioned migrations; each is written once and never changed after a release.

use sea_orm_migration::prelude::*;

mod m0001_foundation;
mod m0002_queue_and_limits;
mod m0003_workspaces;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_foundation::Foundation),
            Box::new(m0002_queue_and_limits::QueueAndLimits),
            Box::new(m0003_workspaces::Workspaces),
        ]
    }
}
