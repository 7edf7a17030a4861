#!/bin/sh
# network MAC NET down|up|ping AMOUNT: sets up the card that has the address, in the network NET.0/24 whose host is NET.2, and
# prints what main.c prints, by the system's clock of 10 ms. `down` and `up` move so many megabytes, with the host's servers
# (network.ts), whose ports are in the file `ports`; `ping` asks the router so often, each time when the answer before has come.
mac=$1 net=$2 what=$3 amount=$4
read -r web sink <"$BENCH/ports"

# Time since the system started, in units of 10 ms.
now() {
    read -r seconds _ </proc/uptime
    echo "${seconds%.*}${seconds#*.}"
}

# The server says at the end how many bytes it has received, and how much of that was wrong.
up() {
    dd if=/dev/zero of="$SCRATCH/zeros" bs=1M seek="$amount" count=0 2>/dev/null
    [ "$(nc "$net.2" "$sink" <"$SCRATCH/zeros")" = "$((amount << 20)) 0" ] && echo 00000000
}

# A file that ends too soon is an error of wget's.
down() {
    wget -q -O /dev/null "http://$net.2:$web/$amount" && echo 00000000
}

router() {
    ping -q -A -c "$amount" "$net.2" | grep -q " $amount packets received" && echo 00000000
}

[ "$what" = ping ] && what=router
for path in /sys/class/net/*; do
    [ "$(cat "$path/address")" = "$mac" ] && card=${path##*/}
done
ip link set "$card" up && ip addr add "$net.15/24" dev "$card" && ping -q -c 1 "$net.2" >/dev/null || exit
echo @start
start=$(now)
sum=$($what)
echo "@result checksum=$sum ms=$(($(now) - start))0 rounds=$amount resolution=10"
ip addr flush dev "$card"
ip link set "$card" down
