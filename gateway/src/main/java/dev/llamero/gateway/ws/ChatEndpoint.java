package dev.llamero.gateway.ws;

import io.helidon.webserver.websocket.WsConfig;
import io.helidon.webserver.websocket.WsRouting;

/** The WebSocket's place in the server. */
public final class ChatEndpoint {
    /** Where the page connects to. */
    public static final String PATH = "/ws";

    private ChatEndpoint() {}

    /** A listener of its own for each browser. */
    public static WsRouting.Builder routing(Browsers browsers, Requests requests) {
        return WsRouting.builder().endpoint(PATH, () -> new ChatSocket(browsers, requests));
    }

    public static WsConfig config() {
        return WsConfig.builder()
                .name("websocket")
                .maxFrameLength(MessageAssembler.MESSAGE_BYTES_MAX)
                .build();
    }
}
