/** Describe an element and all in it as lines of text: words, colours, borders, and the shapes of pictures. No sizes, no fonts. */
(root) => {
    const hex = (colour) => {
        const parts = colour.match(/[\d.]+/g);
        if (!/^rgb/.test(colour) || parts === null) return colour;
        if (parts[3] === "0") return "none";
        const pair = (part) => Number(part).toString(16).padStart(2, "0");
        return `#${parts.slice(0, 3).map(pair).join("")}${parts[3] ? `/${parts[3]}` : ""}`;
    };

    // ---- shapes of swatches
    const fillOf = (fill) => {
        const id = /^url\("?#([^")]+)/.exec(fill)?.[1];
        const pattern = id === undefined ? null : document.getElementById(id);
        if (pattern === null) return hex(fill);
        const [ground, strokes] = pattern.children;
        const { stroke, strokeWidth } = getComputedStyle(strokes);
        return `hatch(${strokes.getAttribute("d")}; ${hex(stroke)} ${strokeWidth}; on ${hex(getComputedStyle(ground).fill)})`;
    };
    const shapeOf = (shape) => {
        const style = getComputedStyle(shape);
        const told = [`fill=${fillOf(style.fill)}`];
        if (style.fillOpacity !== "1") told.push(`opacity=${style.fillOpacity}`);
        if (style.stroke !== "none") told.push(`stroke=${hex(style.stroke)} ${style.strokeWidth}`);
        if (style.stroke !== "none" && style.strokeDasharray !== "none") told.push(`dash=${style.strokeDasharray}`);
        return `${shape.localName} ${told.join(" ")}`;
    };
    const picture = (svg) => {
        const shapes = [...svg.querySelectorAll("path, rect, circle")].map(shapeOf);
        return [...new Set(shapes)].map((shape) => `${shapes.filter((one) => one === shape).length} x ${shape}`);
    };

    // ---- boxes and words
    const bordersOf = (style) => {
        const sides = ["Top", "Right", "Bottom", "Left"].filter((side) => style[`border${side}Width`] !== "0px");
        const borders = sides.map((side) => `${style[`border${side}Width`]} ${style[`border${side}Style`]} ${hex(style[`border${side}Color`])}`);
        if (sides.length === 4 && new Set(borders).size === 1) return [`border ${borders[0]}`];
        return sides.map((side, at) => `border-${side.toLowerCase()} ${borders[at]}`);
    };
    const lookOf = (element) => {
        const style = getComputedStyle(element);
        const ground = hex(style.backgroundColor);
        return [
            hex(style.color),
            Number(style.fontWeight) >= 600 ? "bold" : "",
            ground === "none" ? "" : `on ${ground}`,
            ...bordersOf(style),
        ].filter((part) => part !== "").join(", ");
    };
    const wordsOf = (element) =>
        [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.data).join("").replace(/\s+/g, " ").trim();

    const lines = [];
    const visit = (element, depth) => {
        const put = (text) => lines.push(`${"  ".repeat(depth)}${text}`.trimEnd());
        if (element.localName === "svg") picture(element).forEach(put);
        else if (element.localName !== "option" && element.checkVisibility()) {
            const verdict = element.dataset.verdict ? ` ${element.dataset.verdict}` : "";
            put(`${element.localName}${verdict} [${lookOf(element)}] ${wordsOf(element)}`);
            for (const child of element.children) visit(child, depth + 1);
        }
    };
    visit(document.querySelector(root), 0);
    return `${lines.join("\n")}\n`;
}
