package dev.llamero.inference.gotemplate;

import java.util.List;

/** One named template. */
record Tree(String name, Node.Body body) {
    /** Whether it holds nothing but white space and definitions. */
    boolean isEmpty() {
        return isEmpty(body);
    }

    private static boolean isEmpty(Node node) {
        return switch (node) {
            case Node.Body list -> list.nodes().stream().allMatch(Tree::isEmpty);
            case Node.Text text -> GoString.trimSpace(text.text()).isEmpty();
            default -> false;
        };
    }

    Tree with(List<Node> nodes) {
        return new Tree(name, new Node.Body(body.position(), nodes));
    }
}
