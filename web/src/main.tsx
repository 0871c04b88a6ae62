// main.tsx - where the application begins.
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createRoot } from "react-dom/client";
import { Problem } from "./api/client";
import { App } from "./app/App";
import { SettingsProvider } from "./app/settings";
import "./style/base.css";
import "./style/shell.css";
import "./style/parts.css";
import "./style/pictures.css";
import "./style/pages.css";
import "./style/print.css";

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      // What was asked wrongly stays wrong; a server that is not there may come back.
      retry: (count, error) => error instanceof Problem && (error.status === 0 || error.status >= 500) && count < 2,
    },
  },
});

const root = document.getElementById("ariane");
if (root === null) throw new Error("no #ariane in the page");
createRoot(root).render(
  <QueryClientProvider client={client}>
    <SettingsProvider>
      <App />
    </SettingsProvider>
  </QueryClientProvider>,
);
