package observe

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics count what happens. They are safe for use by many goroutines.
type Metrics struct {
	updates   *prometheus.CounterVec   // channel, outcome
	answering *prometheus.HistogramVec // channel
	replies   *prometheus.CounterVec   // kind, topic
	sends     *prometheus.CounterVec   // channel, result
	sending   *prometheus.HistogramVec // channel

	reminders   *prometheus.CounterVec // outcome
	reminderLag prometheus.Histogram

	redisErrors *prometheus.CounterVec // kind
	redisTime   prometheus.Histogram
	unsafe      *prometheus.GaugeVec // setting
}

// quick are the bounds, in seconds, of what a person waits for.
func quick() []float64 {
	return []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}
}

// lags are the bounds, in seconds, of what comes at a time of day: one second to one day.
func lags() []float64 {
	return []float64{1, 5, 15, 60, 5 * 60, 15 * 60, 3600, 6 * 3600, 24 * 3600}
}

// New registers the metrics with reg. It panics where they are registered already, as prometheus.Registerer does.
func New(reg prometheus.Registerer) *Metrics {
	m := &Metrics{
		updates: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cobijo_updates_total", Help: "Messages and presses that came, by channel and what became of them.",
		}, []string{"channel", "outcome"}),
		answering: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "cobijo_answer_seconds", Help: "From a message's arrival until its answer was handed over.", Buckets: quick(),
		}, []string{"channel"}),
		replies: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cobijo_answers_total", Help: "Replies by kind; those of kind guidance by topic too.",
		}, []string{"kind", "topic"}),
		sends: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cobijo_sends_total", Help: "Attempts to send by a channel's API, by result.",
		}, []string{"channel", "result"}),
		sending: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "cobijo_send_seconds", Help: "How long a channel's API took for one attempt.", Buckets: quick(),
		}, []string{"channel"}),
		reminders: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cobijo_reminders_total", Help: "Occurrences of reminders, by what became of them at a stage.",
		}, []string{"outcome"}),
		reminderLag: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "cobijo_reminder_lag_seconds", Help: "From when a reminder was due until it was posted.", Buckets: lags(),
		}),
		redisErrors: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cobijo_redis_errors_total", Help: "Commands that Redis did not do, by kind.",
		}, []string{"kind"}),
		redisTime: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "cobijo_redis_seconds", Help: "How long Redis took for a command, or for several sent together.", Buckets: quick(),
		}),
		unsafe: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "cobijo_redis_unsafe", Help: "1 for each setting of Redis that can lose what Cobijo keeps.",
		}, []string{"setting"}),
	}
	reg.MustRegister(m.updates, m.answering, m.replies, m.sends, m.sending, m.reminders, m.reminderLag, m.redisErrors, m.redisTime, m.unsafe)
	// What stands at nought from the start has a rate when the first one comes.
	for kind := range redisKinds() {
		m.redisErrors.WithLabelValues(kind)
	}
	return m
}

// Sent counts an attempt to send by a channel: result is "sent", or why not.
func (m *Metrics) Sent(channel, result string, took time.Duration) {
	m.sends.WithLabelValues(channel, result).Inc()
	m.sending.WithLabelValues(channel).Observe(seconds(took))
}

// Reminder counts what became of an occurrence at one stage.
func (m *Metrics) Reminder(outcome string) { m.reminders.WithLabelValues(outcome).Inc() }

// ReminderLag notes how long after it was due a reminder was posted.
func (m *Metrics) ReminderLag(lag time.Duration) { m.reminderLag.Observe(seconds(lag)) }

// RedisSetting tells whether a setting of Redis can lose what is kept.
func (m *Metrics) RedisSetting(setting string, unsafe bool) {
	v := 0.0
	if unsafe {
		v = 1
	}
	m.unsafe.WithLabelValues(setting).Set(v)
}

// seconds is never less than nothing: a clock that is set back makes times end before they began.
func seconds(d time.Duration) float64 { return max(d, 0).Seconds() }
