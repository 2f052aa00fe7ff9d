#!/bin/sh
# Runs inside the freshly unpacked Debian tree: does what Debian's installer would have done.
set -e
cat > /etc/passwd <<'END'
root:x:0:0:root:/root:/bin/sh
sshd:x:100:65534::/run/sshd:/usr/sbin/nologin
mpiuser:x:1000:1000::/home/mpiuser:/bin/sh
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
END
printf 'root:x:0:\nmpiuser:x:1000:\nnogroup:x:65534:\n' > /etc/group
mkdir -p /home/mpiuser /root/.ssh /examples
chown 1000:1000 /home/mpiuser
chmod 700 /root /root/.ssh
mv /usr/sbin/sshd /usr/lib/openssh/sshd
mv /training/sshd /usr/sbin/sshd
chmod 755 /usr/sbin/sshd
mv /training/sshd_config /training/ssh_config /etc/ssh/
mv /training/pi.py /examples/pi.py
for program in mpirun mpiexec; do ln -sf orterun "/usr/bin/$program"; done
rm -rf /training /usr/share/doc /usr/share/man /usr/share/locale /usr/share/info /usr/share/perl* /var/cache/apt /var/lib/apt
# As proof: MPI starts, adds up and ends.
OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 STEPS=100 \
  mpirun --oversubscribe -n 2 --mca plm isolated python3 /examples/pi.py
rm -rf /tmp/* /finish.sh
