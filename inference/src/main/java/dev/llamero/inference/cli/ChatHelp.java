package dev.llamero.inference.cli;

import java.io.PrintWriter;

/** What {@code /?} tells in a chat. */
final class ChatHelp {
    private static final String COMMANDS = """
        Available commands:
          /set            Set session variables
          /show           Show model information
          /load <model>   Load another model
          /save <model>   Save this session as a model
          /clear          Clear session context
          /list           List the models that are there
          /bye            Exit
          /?, /help       Help for a command
          /? shortcuts    Help for keyboard shortcuts

        Use \""" to begin a multi-line message.
        """;
    private static final String SET = """
        Available commands:
          /set parameter <name> <value>   Set a parameter, such as temperature or num_ctx
          /set system <message>           Set system message
          /set format json                Enable JSON mode
          /set noformat                   Disable formatting
          /set verbose                    Show times and counts
          /set quiet                      Do not show them
          /set wordwrap                   Wrap words at the terminal's width
          /set nowordwrap                 Do not wrap words
          /set history                    Keep what is typed
          /set nohistory                  Do not keep it
          /set think [low|medium|high]    Think before the answer
          /set nothink                    Answer without thinking
        """;
    private static final String SHOW = """
        Available commands:
          /show info         Show what the model is and can do
          /show license      Show its license
          /show modelfile    Show its Modelfile
          /show parameters   Show its parameters
          /show system       Show its system message
          /show template     Show its prompt template
        """;
    private static final String SHORTCUTS = """
        Available keyboard shortcuts:
          Ctrl + a            Move to the beginning of the line (Home)
          Ctrl + e            Move to the end of the line (End)
          Alt + b             Move back one word
          Alt + f             Move forward one word
          Ctrl + k            Delete the text after the cursor
          Ctrl + u            Delete the line
          Ctrl + w            Delete the word before the cursor
          Ctrl + r            Search what was typed before
          Ctrl + l            Clear the screen
          Ctrl + c            Stop the answer
          Ctrl + d            Exit
        """;

    private ChatHelp() {}

    /** @param topic a command or {@code shortcuts}; anything else gives the overview */
    static void print(PrintWriter out, String topic) {
        out.println(
                switch (topic) {
                    case "set", "/set" -> SET;
                    case "show", "/show" -> SHOW;
                    case "shortcut", "shortcuts" -> SHORTCUTS;
                    default -> COMMANDS;
                });
        out.flush();
    }
}
