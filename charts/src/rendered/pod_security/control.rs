//! The controls of the Pod Security Standards.

use domain::class::PodSecurity;
use serde::{Deserialize, Serialize};

/// One control of the standards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Control {
    HostProcess,
    HostNamespaces,
    Privileged,
    Capabilities,
    HostPathVolumes,
    HostPorts,
    HostProbes,
    AppArmor,
    SeLinux,
    ProcMount,
    Seccomp,
    Sysctls,
    VolumeTypes,
    PrivilegeEscalation,
    RunAsNonRoot,
    RunAsUser,
    SeccompRestricted,
    CapabilitiesRestricted,
    ProcMountRestricted,
}

impl Control {
    pub const ALL: [Control; 19] = [
        Self::HostProcess,
        Self::HostNamespaces,
        Self::Privileged,
        Self::Capabilities,
        Self::HostPathVolumes,
        Self::HostPorts,
        Self::HostProbes,
        Self::AppArmor,
        Self::SeLinux,
        Self::ProcMount,
        Self::Seccomp,
        Self::Sysctls,
        Self::VolumeTypes,
        Self::PrivilegeEscalation,
        Self::RunAsNonRoot,
        Self::RunAsUser,
        Self::SeccompRestricted,
        Self::CapabilitiesRestricted,
        Self::ProcMountRestricted,
    ];

    /// The least strict level that asks for it.
    pub fn level(self) -> PodSecurity {
        match self {
            Self::HostProcess
            | Self::HostNamespaces
            | Self::Privileged
            | Self::Capabilities
            | Self::HostPathVolumes
            | Self::HostPorts
            | Self::HostProbes
            | Self::AppArmor
            | Self::SeLinux
            | Self::ProcMount
            | Self::Seccomp
            | Self::Sysctls => PodSecurity::Baseline,
            Self::VolumeTypes
            | Self::PrivilegeEscalation
            | Self::RunAsNonRoot
            | Self::RunAsUser
            | Self::SeccompRestricted
            | Self::CapabilitiesRestricted
            | Self::ProcMountRestricted => PodSecurity::Restricted,
        }
    }

    /// Whether a level asks for it, and for nothing stricter instead.
    pub fn is_asked_for(self, level: PodSecurity) -> bool {
        match level {
            PodSecurity::Privileged => false,
            PodSecurity::Baseline => self.level() == PodSecurity::Baseline,
            PodSecurity::Restricted => self.stricter().is_none(),
        }
    }

    /// What `restricted` asks for instead.
    fn stricter(self) -> Option<Control> {
        match self {
            Self::Capabilities => Some(Self::CapabilitiesRestricted),
            Self::HostPathVolumes => Some(Self::VolumeTypes),
            Self::ProcMount => Some(Self::ProcMountRestricted),
            Self::Seccomp => Some(Self::SeccompRestricted),
            Self::HostProcess
            | Self::HostNamespaces
            | Self::Privileged
            | Self::HostPorts
            | Self::HostProbes
            | Self::AppArmor
            | Self::SeLinux
            | Self::Sysctls
            | Self::VolumeTypes
            | Self::PrivilegeEscalation
            | Self::RunAsNonRoot
            | Self::RunAsUser
            | Self::SeccompRestricted
            | Self::CapabilitiesRestricted
            | Self::ProcMountRestricted => None,
        }
    }

    /// As the API server names it when it refuses a pod.
    pub fn check_id(self) -> &'static str {
        match self {
            Self::HostProcess => "windowsHostProcess",
            Self::HostNamespaces => "hostNamespaces",
            Self::Privileged => "privileged",
            Self::Capabilities => "capabilities_baseline",
            Self::HostPathVolumes => "hostPathVolumes",
            Self::HostPorts => "hostPorts",
            Self::HostProbes => "hostProbesAndHostLifecycle",
            Self::AppArmor => "appArmorProfile",
            Self::SeLinux => "seLinuxOptions",
            Self::ProcMount => "procMount",
            Self::Seccomp => "seccompProfile_baseline",
            Self::Sysctls => "sysctls",
            Self::VolumeTypes => "restrictedVolumes",
            Self::PrivilegeEscalation => "allowPrivilegeEscalation",
            Self::RunAsNonRoot => "runAsNonRoot",
            Self::RunAsUser => "runAsUser",
            Self::SeccompRestricted => "seccompProfile_restricted",
            Self::CapabilitiesRestricted => "capabilities_restricted",
            Self::ProcMountRestricted => "procMount_restricted",
        }
    }

    /// What it asks for, for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::HostProcess => "No Windows host processes",
            Self::HostNamespaces => "No network, processes or IPC of the node",
            Self::Privileged => "No privileged containers",
            Self::Capabilities => "No capabilities beyond the usual ones",
            Self::HostPathVolumes => "No folders of the node",
            Self::HostPorts => "No ports of the node",
            Self::HostProbes => "No probes or lifecycle hooks to other hosts",
            Self::AppArmor => "AppArmor not turned off",
            Self::SeLinux => "No SELinux user or role, and only types for containers",
            Self::ProcMount => "/proc masked, unless root is nobody on the node",
            Self::Seccomp => "Seccomp not turned off",
            Self::Sysctls => "Only safe sysctls",
            Self::VolumeTypes => "Only volumes of the cluster",
            Self::PrivilegeEscalation => "allowPrivilegeEscalation is false",
            Self::RunAsNonRoot => "runAsNonRoot is true",
            Self::RunAsUser => "runAsUser is not 0",
            Self::SeccompRestricted => "seccompProfile is RuntimeDefault or Localhost",
            Self::CapabilitiesRestricted => "All capabilities dropped, and none added but NET_BIND_SERVICE",
            Self::ProcMountRestricted => "/proc masked",
        }
    }
}
