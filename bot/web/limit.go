package web

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxClients is how many addresses are known at once, in each of two generations; more would let a flood fill the memory.
const maxClients = 10_000

// limiter counts the requests of each client address, in memory alone.
type limiter struct {
	rate  rate.Limit
	burst int

	mu       sync.Mutex
	now, old map[netip.Prefix]*rate.Limiter
}

func newLimiter(r rate.Limit, burst int) *limiter {
	return &limiter{rate: r, burst: burst, now: map[netip.Prefix]*rate.Limiter{}}
}

// allow tells whether a client may be answered now.
func (l *limiter) allow(addr string, at time.Time) bool {
	client := clientOf(addr)
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.now[client]
	if c == nil {
		if c = l.old[client]; c == nil {
			c = rate.NewLimiter(l.rate, l.burst)
		}
		if len(l.now) >= maxClients {
			l.now, l.old = map[netip.Prefix]*rate.Limiter{}, l.now
		}
		l.now[client] = c
	}
	return c.AllowN(at, 1)
}

// clientOf gives the part of an address that one client has: all of IPv4, the first half of IPv6. What is no address is one client.
func clientOf(addr string) netip.Prefix {
	ip, err := netip.ParseAddr(addr)
	if ap, apErr := netip.ParseAddrPort(addr); err != nil && apErr == nil {
		ip, err = ap.Addr(), nil
	}
	if err != nil {
		return netip.Prefix{}
	}
	ip = ip.Unmap().WithZone("")
	bits := ip.BitLen()
	if ip.Is6() {
		bits = 64
	}
	p, _ := ip.Prefix(bits) // the bits are the address's own
	return p
}
