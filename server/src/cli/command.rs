//! What can be typed after `berth`.

use crate::app::clusters::{AdminConfig, NewCluster, Renewal};
use clap::{Args, Parser, Subcommand};
use domain::name::ClusterName;
use domain::setup::{ClusterChanges, Oidc};
use std::path::PathBuf;

/// Berth: a self-service desk for Kubernetes
///
/// People ask for namespaces in the browser, the right people decide, and Berth provisions them.
#[derive(Parser)]
#[command(name = "berth", version, after_help = EXAMPLES, arg_required_else_help = true)]
pub struct Berth {
    /// Configuration file (TOML); every setting can also be an environment variable BERTH_SECTION__KEY
    #[arg(long, global = true, env = "BERTH_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "\
The first time:
  berth key new /etc/berth/key         make the key that secrets are encrypted with
  berth migrate                        bring the database up to date
  berth cluster add harbour-1 --kubeconfig admin.yaml
  berth apply -f setup/                teams, roles and classes
  berth serve
When something is wrong:
  berth doctor";

#[derive(Subcommand)]
pub enum Command {
    /// Serve the pages and the API, and do the background work
    Serve {
        /// Leave the background work to `berth worker` elsewhere
        #[arg(long)]
        no_worker: bool,
    },
    /// Do the background work only
    Worker,
    /// Bring the database schema up to date
    Migrate,
    /// Clusters that namespaces are made on
    #[command(subcommand)]
    Cluster(Cluster),
    /// Make teams, roles, classes and settings of clusters what YAML files say
    Apply(Apply),
    /// Write everything that is set up as YAML files, for Git and `berth apply`
    Export {
        /// Where to; made when it is not there. Files in it that are written are overwritten, others stay
        #[arg(short = 'o', long = "output", default_value = "setup", value_name = "DIR")]
        dir: PathBuf,
    },
    /// Entries of the catalog as files: directories with an entry.yaml and a chart
    #[command(subcommand)]
    Catalog(Catalog),
    /// The audit trail
    #[command(subcommand)]
    Audit(Audit),
    /// The key that secrets in the database are encrypted with
    #[command(subcommand)]
    Key(KeyCommand),
    /// Find out what is wrong with this installation
    Doctor,
}

#[derive(Args)]
#[command(after_help = "\
Example:
  berth apply -f setup/ --plan

Prints what changes: + added, ~ changed from one to the other, - removed, and what follows from it. All of it is made
or nothing. What is named in the files is made or changed; what is not named stays, unless you prune.
With --plan nothing is changed; the exit code is 0 when nothing would be, 2 when something would.")]
pub struct Apply {
    /// A file, or a directory with *.yaml files in it and below; may be given several times
    #[arg(short = 'f', long = "file", required = true, value_name = "FILE_OR_DIR")]
    pub files: Vec<PathBuf>,
    /// Only say what would change
    #[arg(long)]
    pub plan: bool,
    /// Archive teams and take away platform roles that the files do not name
    #[arg(long)]
    pub prune: bool,
}

#[derive(Subcommand)]
pub enum Cluster {
    /// Prepare a cluster and let namespaces be made on it
    Add(AddCluster),
    /// Renew Berth's credentials and rights on a cluster; its settings stay as they are
    Renew(RenewCluster),
    /// Say that what answers in place of a cluster is that cluster from now on, and let Berth go on there
    Accept {
        /// As `berth cluster add` called it
        name: ClusterName,
        /// UID of the namespace kube-system there, as `berth cluster check` shows it
        #[arg(long)]
        uid: String,
    },
    /// Check whether Berth can do its work on a cluster
    Check {
        /// As `berth cluster add` called it
        name: ClusterName,
    },
    /// Print what `berth cluster add` makes on every cluster, as YAML
    Manifests,
}

#[derive(Args)]
#[command(after_help = "\
Example:
  berth cluster add harbour-1 --kubeconfig admin.yaml --groups-prefix oidc: --overcommit 1.5

The kubeconfig is used this once, as an administrator: it makes two service accounts with exactly the
rights Berth needs, one that reads and one that writes. Only their credentials are kept, encrypted.
A cluster is known by the UID of its namespace kube-system: it has one name, and no other cluster takes it.
Of a cluster that is there, settings that are left out stay; `berth cluster renew` touches none.")]
pub struct AddCluster {
    /// What Berth and its users call the cluster
    pub name: ClusterName,
    /// Administrator's kubeconfig; not kept
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: PathBuf,
    /// Context in the kubeconfig, if not its current one
    #[arg(long)]
    pub context: Option<String>,
    /// What the cluster puts before the identity provider's groups (its --oidc-groups-prefix)
    #[arg(long)]
    pub groups_prefix: Option<String>,
    /// What the cluster puts before people's names, which are their subjects (`sub`) at the identity provider; the same when left out
    #[arg(long)]
    pub users_prefix: Option<String>,
    /// Identity provider whose ID tokens the cluster takes, for people who sign in there with kubectl
    #[arg(long, value_name = "URL", requires = "oidc_client_id")]
    pub oidc_issuer: Option<String>,
    /// What that identity provider calls kubectl: a public client with PKCE
    #[arg(long, value_name = "ID", requires = "oidc_issuer")]
    pub oidc_client_id: Option<String>,
    /// How much more than the nodes offer may be granted: 1 when left out, 1.5 is half as much again
    #[arg(long, value_name = "FACTOR", value_parser = percent)]
    pub overcommit: Option<i32>,
}

#[derive(Args)]
#[command(after_help = "\
Example:
  berth cluster renew harbour-1 --kubeconfig admin.yaml

After an upgrade of Berth that needs more rights, when the cluster has another certificate authority or address,
or when a token was lost. The kubeconfig is used this once, as an administrator.")]
pub struct RenewCluster {
    /// As `berth cluster add` called it
    pub name: ClusterName,
    /// Administrator's kubeconfig; not kept
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: PathBuf,
    /// Context in the kubeconfig, if not its current one
    #[arg(long)]
    pub context: Option<String>,
    /// The cluster was built anew: take another one in its place. Its namespaces are then missing until they are made again
    #[arg(long)]
    pub rebuilt: bool,
}

#[derive(Subcommand)]
pub enum Audit {
    /// Check that nothing in the audit trail was changed, removed, inserted, moved or written anew
    Verify {
        /// A checkpoint that `berth audit checkpoint` printed, kept elsewhere since
        #[arg(long, value_name = "FILE")]
        checkpoint: Option<PathBuf>,
    },
    /// Sign the end of the trail and print it as a line of JSON, to be kept where Berth's database is not
    Checkpoint,
    /// Print the public key that checkpoints are signed with (Ed25519, in base64)
    Key,
}

#[derive(Subcommand)]
pub enum KeyCommand {
    /// Write a fresh key that only you may read; an existing file is never overwritten
    New {
        /// Where to write it
        file: PathBuf,
    },
    /// Seal every secret in the database anew with the present key; may be run again at any time
    #[command(after_help = "\
To replace a key:
  berth key new /etc/berth/key-2       make the new one
  secrets.key_file = \"/etc/berth/key-2\" and secrets.old_key_files = [\"/etc/berth/key\"], then restart Berth
  berth key rotate                     until nothing is sealed with the old key
  take the old key out of secrets.old_key_files")]
    Rotate,
}

impl From<AddCluster> for NewCluster {
    fn from(add: AddCluster) -> Self {
        let changes = ClusterChanges {
            overcommit_percent: add.overcommit,
            groups_prefix: add.groups_prefix,
            users_prefix: add.users_prefix,
            oidc: add.oidc_issuer.zip(add.oidc_client_id).map(|(issuer, client_id)| Oidc { issuer, client_id }),
        };
        Self { name: add.name, kubeconfig: AdminConfig::File(add.kubeconfig), context: add.context, changes }
    }
}

impl From<RenewCluster> for Renewal {
    fn from(renew: RenewCluster) -> Self {
        let kubeconfig = AdminConfig::File(renew.kubeconfig);
        Self { kubeconfig, context: renew.context, is_rebuilt: renew.rebuilt }
    }
}

/// A factor from 0.01 to 10, as percent.
fn percent(factor: &str) -> Result<i32, String> {
    let wrong = || "must be a factor from 0.01 to 10, like 1.5".to_owned();
    let factor: f64 = factor.parse().map_err(|_| wrong())?;
    let percent = (factor * 100.0).round();
    if !(1.0..=1000.0).contains(&percent) {
        return Err(wrong());
    }
    #[expect(clippy::cast_possible_truncation, reason = "whole and at most 1000")]
    Ok(percent as i32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;
    use rstest::rstest;

    #[test]
    fn the_command_line_fits_together() {
        Berth::command().debug_assert();
    }

    #[test]
    fn a_cluster_is_added_with_what_the_documentation_says() {
        let line = "berth cluster add harbour-1 --kubeconfig f --groups-prefix oidc: --overcommit 1.5 --config c.toml";
        let berth = Berth::try_parse_from(line.split(' ')).expect("parses");
        let Command::Cluster(Cluster::Add(add)) = berth.command else { panic!("is another command") };
        assert_eq!(
            (add.name.as_str(), add.groups_prefix.as_deref(), add.overcommit),
            ("harbour-1", Some("oidc:"), Some(150))
        );
    }

    #[rstest]
    #[case("1", Some(100))]
    #[case("1.15", Some(115))]
    #[case("0.5", Some(50))]
    #[case("10", Some(1000))]
    #[case("0", None)]
    #[case("11", None)]
    #[case("-1", None)]
    #[case("NaN", None)]
    #[case("much", None)]
    fn overcommit_is_a_factor(#[case] text: &str, #[case] expected: Option<i32>) {
        assert_eq!(percent(text).ok(), expected);
    }
}

#[derive(Subcommand)]
pub enum Catalog {
    /// Look at the entries in a directory, and say every mistake at once; asks no database
    Check {
        /// With an entry.yaml, or with directories that have one each
        dir: PathBuf,
    },
    /// Make entries what the files say, and take the charts and icons beside them in
    #[command(after_help = "\
Beside an entry.yaml may stand its chart, a directory or an archive that the key `chart` names (left out, only what is said
of it is taken in), and icon.svg, icon.png or icon.webp. Beside the directories may stand sources.yaml: sources of charts by
name, without their credentials, which stay as they are. Entries that no file is of stay, and are named.")]
    Import {
        /// With an entry.yaml, or with directories that have one each
        dir: PathBuf,
    },
    /// Write sources and entries as files, for Git and `berth catalog import`
    #[command(after_help = "\
Example:
  berth catalog export catalog/ --charts

Writes DIR/sources.yaml, and of each entry DIR/NAME/entry.yaml, beside it the icon that the platform team gave the entry, and with --charts the archive of the
version that is offered.")]
    Export {
        /// Where to; made when it is not there. Files in it that are written are overwritten, others stay
        dir: PathBuf,
        /// Write the archive of the version that is offered, too, as chart.tgz
        #[arg(long)]
        charts: bool,
    },
}
