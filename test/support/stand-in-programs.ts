/**
 * Python programs that stand for the images of upstream's end-to-end tests where the framework is too large to install.
 * Each reads its environment as strictly as the framework does, meets the others where it is told, and fails otherwise.
 */

/** The pod that leads waits until each of the others has named itself; those try for a minute to reach it. */
const MEET = `
import os, socket, time

def meet(leads, host, port, number, world):
    if leads:
        seen = {number}
        with socket.create_server(("", port)) as server:
            server.settimeout(60)
            while len(seen) < world:
                with server.accept()[0] as peer:
                    seen.add(peer.recv(64).decode())
        return print("met", len(seen), flush=True)
    for _ in range(300):
        try:
            with socket.create_connection((host, port), 5) as leader:
                return leader.sendall(number.encode())
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"nobody answers at {host}:{port}")
`;

/** XGBoost's tracker runs on rank 0; LightGBM wants as many worker addresses as there are workers. */
export const XGBOOST_PROGRAM = `${MEET}
rank, world = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
assert len(os.environ["WORKER_ADDRS"].split(",")) == world - 1 and int(os.environ["WORKER_PORT"]) > 0
meet(rank == 0, os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"]), str(rank), world)
`;

/** Collective training as \`paddle.distributed.launch\` begins it: who finds its own address in PADDLE_MASTER leads. */
export const PADDLE_PROGRAM = `${MEET}
host, port = os.environ["PADDLE_MASTER"].rsplit(":", 1)
assert os.environ["PADDLE_JOB_ID"] and "$" not in host
own = os.environ.get("POD_IP_DUMMY")
assert own is None or own == host
meet(own == host, host, int(port), socket.gethostname() + str(os.getpid()), int(os.environ["PADDLE_NNODES"]))
`;

/** A TFJob of one pod trains by itself, which TF_CONFIG would keep it from. */
export const TENSORFLOW_PROGRAM = 'import os; assert "TF_CONFIG" not in os.environ; print("alone")';

/** The launcher's arguments are mpirun's, ending in a program that is not there; the worker's say how long it sleeps. */
export const MPI_COMMAND: readonly string[] = [
  'sh',
  '-c',
  '[ "$1" = -np ] || exec sleep "$1"; exec mpirun -np "$2" --bind-to none python3 /examples/pi.py',
  'sh',
];
