package observe

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Depths are what a scrape asks the store for.
type Depths interface {
	// Waiting gives how many chats of a channel have something left to be sent.
	Waiting(ctx context.Context, channel string) (int64, error)
	// Ready tells whether the store keeps what it is given.
	Ready(ctx context.Context) error
}

// askTime is how long a scrape waits for the store: the metrics that need none of it must come all the same.
const askTime = time.Second

type depths struct {
	store    Depths
	channels []string
	waiting  *prometheus.Desc
	ready    *prometheus.Desc
}

// NewDepths makes a collector of what stands in the store, which is one for all replicas: each of them gives the same.
func NewDepths(store Depths, channels ...string) prometheus.Collector {
	return &depths{
		store: store, channels: channels,
		waiting: prometheus.NewDesc("cobijo_outbox_chats", "Chats for which something is left to be sent, over all replicas.", []string{"channel"}, nil),
		ready:   prometheus.NewDesc("cobijo_store_ready", "1 where the store keeps what it is given.", nil, nil),
	}
}

// Describe tells what Collect gives.
func (d *depths) Describe(to chan<- *prometheus.Desc) {
	to <- d.waiting
	to <- d.ready
}

// Collect asks the store. What it does not answer is left out, and told by cobijo_store_ready.
func (d *depths) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), askTime)
	defer cancel()
	ready := 1.0
	if d.store.Ready(ctx) != nil {
		ready = 0
	}
	to <- prometheus.MustNewConstMetric(d.ready, prometheus.GaugeValue, ready)
	for _, channel := range d.channels {
		if n, err := d.store.Waiting(ctx, channel); err == nil {
			to <- prometheus.MustNewConstMetric(d.waiting, prometheus.GaugeValue, float64(n), channel)
		}
	}
}
