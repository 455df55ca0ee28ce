#!/bin/sh
# What an administrator does once. May run again: every step finds what is there already.
set -eu

[ -e /var/lib/berth/key ] || berth key new /var/lib/berth/key
berth migrate

# k3s writes the address it has for itself; here it is reached by its name.
sed 's#https://127.0.0.1:6443#https://k3s:6443#' /k3s/kubeconfig.yaml > /tmp/admin.yaml
berth cluster add harbour-1 --kubeconfig /tmp/admin.yaml --groups-prefix oidc:
rm /tmp/admin.yaml

berth apply -f /demo/setup.yaml
