# syntax=docker/dockerfile:1

FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=container
# The content, the models and the texts are embedded: the binary is all there is.
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=${VERSION}" -o /cobijo ./cmd/cobijo

# Not scratch: rediss:// and the chat services' APIs are reached by TLS, which needs the CA certificates that this image has.
# It has zone data too, for whatever reckons in a person's own zone.
FROM gcr.io/distroless/static-debian13:nonroot
COPY --from=build /cobijo /cobijo
USER nonroot:nonroot
ENV HTTP_ADDR=:8080
EXPOSE 8080
# No HEALTHCHECK: it runs a command inside the container, and there is no shell or HTTP client here. Whatever runs the
# container asks /healthz (the process lives) and /readyz (Redis can be reached) from outside.
ENTRYPOINT ["/cobijo"]
CMD ["serve"]
