package dev.llamero.gateway.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StaticSiteTest {
    @Test
    void thePageNamesNoOtherPlace() {
        assertThat(StaticSite.load().index())
                .contains("/assets/app-")
                .contains("/assets/style-")
                .doesNotContain("://")
                .doesNotContain("{{")
                .doesNotContain("<script>");
    }
}
