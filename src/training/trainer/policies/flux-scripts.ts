/** What the containers of a Flux job run, and what their brokers read. */

/** The volume that a pod's containers share. */
export const FLUX_ROOT = '/mnt/flux';
/** Where the links of the Flux view point. */
export const SOFTWARE = '/opt/software';
/** Where the pair of keys is mounted. */
export const CURVE_FOLDER = '/curve';
export const CURVE_FILE = 'curve.cert';

const CONFIG = `${FLUX_ROOT}/config`;
const HOSTLIST = `${CONFIG}/etc/flux/system/hostlist`;
const RESOURCES = `${CONFIG}/etc/flux/system/R`;
const CERTIFICATE = `${CONFIG}/etc/curve/${CURVE_FILE}`;
const PORT = 8050;

export interface FluxCluster {
  /** Names of the pods up to their index: `job-node-0-`. */
  readonly prefix: string;
  readonly subdomain: string;
  readonly nodes: number;
  readonly tasksPerNode: number;
  readonly gpusPerNode: number;
  readonly networkDevice: string;
  readonly queuePolicy: string;
}

/** `0` or `0-3`: so many numbers from 0 on, as Flux writes lists of hosts, cores and GPUs. */
const idset = (count: number): string => (count === 1 ? '0' : `0-${count - 1}`);

/** The brokers' configuration (TOML). */
function brokerConfig({ prefix, subdomain, nodes, networkDevice, queuePolicy }: FluxCluster): string {
  const hosts = `${prefix}[${idset(nodes)}]`;
  return `[access]
allow-guest-user = true
allow-root-owner = true

[resource]
path = "${RESOURCES}"

[bootstrap]
curve_cert = "${CERTIFICATE}"
default_port = ${PORT}
default_bind = ${JSON.stringify(`tcp://${networkDevice}:%p`)}
default_connect = "tcp://%h.${subdomain}:%p"
hosts = [{ host = "${hosts}" }]

[archive]
dbpath = "${CONFIG}/var/lib/flux/job-archive.sqlite"
period = "1m"
busytimeout = "50s"

[sched-fluxion-qmanager]
queue-policy = ${JSON.stringify(queuePolicy)}`;
}

/** Of the init container: puts Flux and its configuration where the container that trains finds them. */
export const initScript = (cluster: FluxCluster): string => `#!/bin/bash
set -eu
config=${CONFIG}
mkdir -p "$config/etc/flux/system/cron.d" "$config/etc/flux/config" "$config/etc/curve" \\
  "$config/run/flux" "$config/var/lib/flux" ${FLUX_ROOT}/view ${FLUX_ROOT}/software
echo '${cluster.prefix}[${idset(cluster.nodes)}]' > ${HOSTLIST}
cat > "$config/etc/flux/config/broker.toml" <<'END'
${brokerConfig(cluster)}
END
# The view is a tree of links into ${SOFTWARE}, so both have to move.
cp -R /opt/views/._view/*/. ${FLUX_ROOT}/view/
cp -R ${SOFTWARE}/. ${FLUX_ROOT}/software/
`;

/** Of the container that trains: the first pod runs the program given as arguments under Flux, the others take part. */
export function entrypointScript({ prefix, nodes, tasksPerNode, gpusPerNode }: FluxCluster): string {
  const gpus = gpusPerNode > 0;
  const resources = `--cores=${idset(tasksPerNode)}${gpus ? ` --gpu=${idset(gpusPerNode)}` : ''}`;
  const share = `-N ${nodes} -n ${nodes * tasksPerNode}${gpus ? ` -g ${gpusPerNode}` : ''}`;
  return `#!/bin/bash
set -u
view=${FLUX_ROOT}/view
config=${CONFIG}
cp -R ${FLUX_ROOT}/software/. ${SOFTWARE}/

# Behind the image's own programs, whose Python must stay the one that the program gets.
export PATH="$PATH:$view/bin"
for python in "$view"/lib/python3*; do
  [ -d "$python" ] || continue
  export PYTHONPATH="\${PYTHONPATH:+$PYTHONPATH:}$python/site-packages"
  program="$view/bin/$(basename "$python")"
  [ -f "$program" ] || continue
  rm -f "$view/bin/python" "$view/bin/python3"
  ln -sfn "$program" "$view/lib/python"
  ln -sfn "$program" "$view/lib/python3"
done
export FLUX_RC_EXTRA="$view/etc/flux/rc1.d"
export STATE_DIR="$config/var/lib/flux" FLUX_OUTPUT_DIR=/tmp/fluxout
mkdir -p "$FLUX_OUTPUT_DIR"

# For those who look inside: source it, then flux proxy $fluxsocket bash.
cat > ${FLUX_ROOT}/flux-view.sh <<END
export PATH="$PATH" PYTHONPATH="\${PYTHONPATH:-}" LD_LIBRARY_PATH="\${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$view/lib"
export fluxsocket=local://$config/run/flux/local
END

# Flux takes a certificate only from a file that nobody else may read.
install -m 600 ${CURVE_FOLDER}/${CURVE_FILE} ${CERTIFICATE} || exit 1
flux R encode --hosts="$(cat ${HOSTLIST})" ${resources} > ${RESOURCES} || exit 1

broker() {
  flux broker --config-path "$config/etc/flux/config" \\
    -Scron.directory="$config/etc/flux/system/cron.d" -Stbon.fanout=256 \\
    -Srundir="$config/run/flux" -Sstatedir="$STATE_DIR" -Slocal-uri="local://$config/run/flux/local" \\
    -Slog-stderr-level=0 -Slog-stderr-mode=local "$@"
}

if [ "$HOSTNAME" = '${prefix}0' ]; then
  if [ $# -eq 0 ]; then broker; else broker flux run ${share} "$@"; fi
  exit
fi
# The first pod may come later, or come again: only an orderly end is one.
until broker; do
  echo 'the broker ended; trying again in 5 seconds' >&2
  sleep 5
done
`;
}
